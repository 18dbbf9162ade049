import { type Image, imageTensor } from '@pip-graft/imaging';
import { argument, type Model } from '@pip-graft/onnx-graft';
import type { GraftRecord } from '@pip-graft/pip-core';
import { degradationTensor } from '@pip-graft/restore';
import {
  createSession,
  type Device,
  type OptimisationLevel,
  runModel,
  type Session,
  type SessionOptions,
  SharedWorker,
} from '@pip-graft/runtime';
import { float32Tensor, type TensorFeeds, type TypedTensor } from '@pip-graft/weights';

/** Precision of products and sums on CUDA, which uses TF32 for convolutions by default. */
export type Precision = 'float32' | 'tf32';

/** Selects one of a model's sessions. */
export interface SessionKind {
  readonly level: OptimisationLevel;
  /** With inner values as outputs. */
  readonly inside?: boolean;
  /** Default: the subject's. */
  readonly device?: Device;
  /** Default: 'tf32' at level `all`, as in serving, otherwise 'float32'. */
  readonly precision?: Precision;
}

/** One run requested by a check. */
export interface Trial {
  readonly images: readonly Image[];
  /** Label weights, one row for all images or one each; default: the model's. Not for the host. */
  readonly rows?: readonly (readonly number[])[];
  /** Default: the model's. Not for the host. */
  readonly strength?: number;
  /** Default: level 'basic', the graph as written. */
  readonly kind?: Partial<SessionKind>;
  /** Inner values to return besides the output. All trials that name any share one session. */
  readonly inner?: readonly string[];
}

/** The result of a trial: the image output and all tensors by name. */
export interface TrialResult {
  readonly output: TypedTensor;
  readonly tensors: TensorFeeds;
}

/** Input tensors of a trial; `inputs` are the graft's, null for a host or a baked graft. */
export function trialFeeds(
  { images, rows, strength }: Trial,
  image: string,
  inputs: GraftRecord['inputs'],
): TensorFeeds {
  const feeds: Record<string, TypedTensor> = { [image]: imageTensor(images) };
  if (inputs !== null && rows !== undefined) feeds[inputs.degradation] = degradationTensor(rows);
  if (inputs !== null && strength !== undefined) {
    feeds[inputs.strength] = float32Tensor([], [strength]);
  }
  return feeds;
}

/** Runs a trial and returns the image output and the values in `inner`. */
export async function runTrial(
  session: Session,
  feeds: TensorFeeds,
  output: string,
  inner: readonly string[] = [],
): Promise<TrialResult> {
  const made = await runModel(session, feeds, [...new Set([output, ...inner.map(outputOf)])]);
  const shown = inner.map((value) => [value, made[outputOf(value)]!] as const);
  return { output: made[output]!, tensors: { ...made, ...Object.fromEntries(shown) } };
}

/** Name of the output that shows an inner value: its own, if runtimes can pass that on. */
export function outputOf(value: string): string {
  if (argument.isPlainName(value)) return value;
  const codes = [...value].map((char) => char.codePointAt(0)!.toString(16));
  return `pip-graft/value/${codes.join('-')}`;
}

/**
 * Opens sessions on demand and keeps at most two, a host and its graft: reloading is cheaper than
 * keeping every variant of a large model in memory. On the CPU a session takes over the process of
 * one that was released, because starting a process takes longer than most runs.
 */
export class SessionPool {
  readonly #open = new Map<string, Session>();
  /** Processes without a session, by label and environment. */
  readonly #idle = new Map<string, SharedWorker[]>();
  readonly #capacity: number;

  constructor(capacity = 2) {
    this.#capacity = capacity;
  }

  /** Returns the session for a key. Opens it if needed and releases the least recently used one. */
  async get(key: string, model: () => string | Model, options: SessionOptions): Promise<Session> {
    const found = this.#open.get(key);
    if (found !== undefined) {
      this.#open.delete(key);
      this.#open.set(key, found);
      return found;
    }
    const [oldest] = this.#open;
    if (oldest !== undefined && this.#open.size >= this.#capacity) {
      this.#open.delete(oldest[0]);
      await oldest[1].release();
    }
    const session = await this.#load(model(), options);
    this.#open.set(key, session);
    return session;
  }

  /** Releases all sessions and ends all processes. */
  async release(): Promise<void> {
    const sessions = [...this.#open.values()];
    this.#open.clear();
    for (const session of sessions) await session.release();
    const idle = [...this.#idle.values()].flat();
    this.#idle.clear();
    for (const worker of idle) await worker.close();
  }

  async #load(model: string | Model, options: SessionOptions): Promise<Session> {
    const { device = 'cpu', label = 'model', isolation } = options;
    if (device !== 'cpu' || isolation === undefined) return createSession(model, options);
    const start = JSON.stringify([label, isolation.env]);
    const idle = this.#idle.get(start) ?? [];
    this.#idle.set(start, idle);
    const shared = idle.pop() ?? new SharedWorker(label, isolation);
    try {
      const session = await createSession(model, { ...options, shared });
      const release = async (): Promise<void> => {
        await session.release();
        idle.push(shared);
      };
      return { ...session, release };
    } catch (error) {
      await shared.close();
      throw error;
    }
  }
}
