import { join } from 'node:path';
import { type Image, imageTensor } from '@pip-graft/imaging';
import { exposeValues, GraftError, type Model } from '@pip-graft/onnx-graft';
import {
  type OpenedModel,
  openModel,
  saveModel,
  type TemporaryFolder,
  temporaryFolder,
} from '@pip-graft/onnx-graft/node';
import { readGraft, ungraft } from '@pip-graft/pip-core';
import {
  type DoorOptions,
  doorSession,
  imageInput,
  imageOutput,
  modelParts,
  nativeFeeds,
  openDoor,
} from '@pip-graft/restore';
import {
  createSession,
  type Device,
  type Isolation,
  type LatencyOptions,
  runModel,
  type Session,
  type SessionOptions,
} from '@pip-graft/runtime';
import { choiceScores } from '../compare/compare-images.ts';
import type { Verdict } from '../verdict.ts';
import { fit, flat, flatSize, leastSides, sampleImage, sizesFor } from './images.ts';
import {
  computingType,
  moduleValues,
  multipleOf,
  type Side,
  type Subject,
  type Tolerances,
  tolerancesFor,
} from './subject.ts';
import { outputOf, runTrial, type SessionKind, SessionPool, trialFeeds } from './trial.ts';

export interface ValidateOptions extends DoorOptions {
  /** Path of the grafted file. */
  readonly grafted: string;
  /** Path of its host; default: the model with the graft removed. */
  readonly base?: string;
  /** Default: 'cpu'. */
  readonly device?: Device;
  readonly deviceId?: number;
  readonly threads?: number;
  /**
   * Number that both image sides must be multiples of; default: the stamp's, or twice the
   * coarsest grafted scale.
   */
  readonly sizeMultiple?: number;
  /** Largest allowed ratios of graft to host; without one, the ratio is only measured. */
  readonly budget?: { readonly overhead?: number; readonly memory?: number };
  readonly tolerances?: Partial<Tolerances>;
  /** `side` is the side of the square image to time; default: 128. */
  readonly timing?: LatencyOptions & { readonly side?: number };
  /** A natural image; default: the sample in this package. */
  readonly image?: Image;
  /** Names of the checks to run; default: all. */
  readonly only?: readonly string[];
  /** Try many sizes, batches and settings, and the largest image that fits. Default: false. */
  readonly sweep?: boolean;
  /** Compare every inner tensor with the CPU. Default: false. */
  readonly layers?: boolean;
  /** Compare an image restored in tiles of this side, in pixels, with the same image restored whole. */
  readonly tiles?: { readonly tile: number; readonly overlap?: number };
  /** Time limit for one native step, in milliseconds; default: five minutes. */
  readonly timeout?: number;
  /** Cancels the run and throws. */
  readonly signal?: AbortSignal;
  /** Called after each step of a longer check. */
  readonly onStep?: (done: number, total: number) => void;
  /** Called before each check. */
  readonly onStart?: (name: string, done: number, total: number) => void;
  /** Called after each check. */
  readonly onCheck?: (verdict: Verdict, done: number, total: number) => void;
}

/** A subject and the function that releases its resources. */
export interface OpenSubject {
  readonly subject: Subject;
  close(): Promise<void>;
}

/**
 * Opens a grafted file and its host (given, or the model with the graft removed)
 * and asks onnxruntime which images they accept.
 */
export async function openSubject(options: ValidateOptions): Promise<OpenSubject> {
  const files: OpenedModel[] = [];
  const pool = new SessionPool();
  let folder: TemporaryFolder | undefined;
  const close = async (): Promise<void> => {
    await pool.release();
    for (const file of files) file.close();
    await folder?.remove();
  };
  const open = (path: string): Model => {
    const file = openModel(path);
    files.push(file);
    return file.model;
  };
  try {
    const grafted = open(options.grafted);
    const { model: ungrafted, graft } = ungraft(grafted, {
      // The checks show what is wrong with it; only as a host it must run.
      isPartial: options.base !== undefined,
    });
    const host = options.base === undefined ? ungrafted : open(options.base);
    if (options.base !== undefined && readGraft(host) !== null)
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${options.base}: it carries a graft, and the base is the host without one; pass the host, or omit the base, which is then the model with the graft removed.`,
      );
    const path = async (side: Side): Promise<string> => {
      if (side === 'grafted') return options.grafted;
      if (options.base !== undefined) return options.base;
      folder ??= await temporaryFolder();
      const target = join(folder.path, 'host.onnx');
      await saveModel(ungrafted, target, { externalData: 'copy', durable: false });
      return target;
    };
    const models = { host, grafted, ungrafted, graft, path };
    const subject = await subjectOf(models, pool, options);
    return { subject, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Models = Pick<Subject, 'host' | 'grafted' | 'ungrafted' | 'graft' | 'path'>;

async function subjectOf(
  models: Models,
  pool: SessionPool,
  options: ValidateOptions,
): Promise<Subject> {
  const { graft } = models;
  const device = options.device ?? 'cpu';
  const settings = (side: Side, kind: SessionKind) => sessionOptions(side, kind, options);
  const { inputs, host: stamped } = graft;
  const steering = inputs ? [inputs.degradation, inputs.strength] : [];
  const native = (side: Side, kind: SessionKind): Promise<Session> => {
    const { optimisation, device: where, isolation } = settings(side, kind);
    return pool.get(
      // Everything in which two sessions can differ, however `kind` expresses it.
      JSON.stringify([side, optimisation, where, isolation?.env, kind.inside ?? false]),
      () => (kind.inside ? withInner(models[side], innerValues(models, side)) : models[side]),
      settings(side, kind),
    );
  };
  const multiple = options.sizeMultiple ?? multipleOf(graft);
  const { range, feeds: fed } = options;
  const onHost = await native('host', { level: 'all' });
  const found = await openDoor(onHost, stamped.image, {
    // Only host and graft are compared, whatever they make of an image.
    range,
    feeds: fed,
    sizeMultiple: multiple,
    untrained: true,
  });
  const behindDoor = (opened: Session): Session =>
    stamped.image ? doorSession(opened, found.door, { steering }) : opened;
  const open = async (side: Side, kind: SessionKind): Promise<Session> =>
    behindDoor(await native(side, kind));
  const { session } = found;
  const input = imageInput(session);
  const output = imageOutput(session).name;
  const computes = computingType(models.host, input.type);
  const side = Math.ceil((options.timing?.side ?? 128) / multiple) * multiple;
  const [rows] = input.dims;
  const least = await leastSide(
    () => open('host', { level: 'all' }),
    () => pool.release(),
    multiple,
  );
  const sizes = sizesFor(input.dims, multiple, least);
  const feeds: Subject['feeds'] = (which, trial) =>
    trialFeeds(trial, input.name, which === 'host' ? null : graft.inputs);
  return {
    device,
    ...models,
    input,
    output,
    multiple,
    sweep: options.sweep ?? false,
    sizes,
    flatSize: flatSize(input.dims, multiple, sizes[0]!, least),
    batches: typeof rows === 'number' ? [rows] : options.sweep ? [1, 2, 4] : [1, 2],
    timing: { ...options.timing, size: fit(input.dims, { width: side, height: side }) },
    budget: options.budget ?? {},
    computes,
    tolerances: { ...tolerancesFor(computes, device), ...options.tolerances },
    image: options.image ?? (await sampleImage()),
    isolation: isolationOf(options),
    session: open,
    behindDoor,
    parts: () =>
      stamped.image
        ? modelParts({
            graft,
            steering,
            door: found.door,
            withModel: (use) => use(models.grafted),
            load: (part) => createSession(part, settings('grafted', { level: 'all' })),
          })
        : undefined,
    nativeFeeds: (ready) =>
      stamped.image ? nativeFeeds(onHost, found.door, { steering }, ready) : ready,
    reset: () => pool.release(),
    options: settings,
    feeds,
    async run(which, trial) {
      const kind = { level: 'basic', ...trial.kind } as const;
      const inside = trial.inner !== undefined;
      const ready = await open(which, inside ? { ...kind, inside } : kind);
      return runTrial(ready, feeds(which, trial), output, trial.inner);
    },
    ...(options.tiles === undefined ? {} : { tiles: options.tiles }),
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    ...(options.onStep === undefined ? {} : { onStep: options.onStep }),
  };
}

/**
 * The first of {@link leastSides} at which a host runs; undefined if it fails at each, which the
 * checks then show. `open` returns its session, `reset` releases it after a fault.
 */
async function leastSide(
  open: () => Promise<Session>,
  reset: () => Promise<void>,
  multiple: number,
): Promise<number | undefined> {
  for (const side of leastSides) {
    const host = await open();
    const input = imageInput(host);
    const [size] = sizesFor(input.dims, multiple, side);
    const feeds = {
      [input.name]: imageTensor([flat(flatSize(input.dims, multiple, size!, side), 0.5)]),
    };
    try {
      await runModel(host, feeds, [imageOutput(host).name]);
      return side;
    } catch (error) {
      await reset();
      if (!(error instanceof GraftError && error.code === 'RUNTIME_FAILED')) throw error;
    }
  }
  return undefined;
}

function isolationOf({ timeout, signal }: ValidateOptions): Isolation {
  return {
    ...(timeout === undefined ? {} : { timeout }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function sessionOptions(side: Side, kind: SessionKind, options: ValidateOptions): SessionOptions {
  const { grafted, base, deviceId, threads } = options;
  const { level, device = options.device ?? 'cpu' } = kind;
  const { precision = level === 'all' ? 'tf32' : 'float32' } = kind;
  // cuBLAS and cuDNN read it on loading; onnxruntime-node has no option for it.
  const env = device === 'cuda' && precision === 'float32' ? { NVIDIA_TF32_OVERRIDE: '0' } : {};
  return {
    label: side === 'grafted' ? grafted : (base ?? `host of ${grafted}`),
    optimisation: level,
    device,
    // CPU fallback is reported by the placement check and must not stop the others.
    strict: false,
    isolation: { ...isolationOf(options), env },
    ...(deviceId === undefined ? {} : { deviceId }),
    ...(threads === undefined ? {} : { threads }),
  };
}

/** Inner values that checks read: the skip features and, in the graft, the values computed from them. */
function innerValues({ graft, grafted }: Models, side: Side): string[] {
  const features = graft.sites.map(({ value }) => value);
  if (side === 'host') return features;
  const made = moduleValues(graft).flatMap(({ degradationPrompt, universalPrompt, modulated }) => {
    // A baked degradation-aware prompt is a constant: nothing to check.
    const prompt = graft.inputs === null ? [] : [degradationPrompt];
    return [...prompt, universalPrompt, modulated];
  });
  return [...features, ...made, ...choiceScores(grafted, graft).values()];
}

function withInner(model: Model, names: readonly string[]): Model {
  return exposeValues(model, [...new Set(names)], outputOf);
}
