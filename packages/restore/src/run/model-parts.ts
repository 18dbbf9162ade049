import type { Model } from '@pip-graft/onnx-graft';
import { type GraftRecord, type SplitPrompt, sensorPart, splitPrompts } from '@pip-graft/pip-core';
import type { Session } from '@pip-graft/runtime/session';
import type { Door } from '../door/door.ts';
import { doorSession, nativeFeeds } from '../door/door-session.ts';

/** The two halves of a grafted model, loaded. */
export interface SplitSessions {
  readonly sampling: Session;
  readonly tiling: Session;
  readonly prompts: readonly SplitPrompt[];
}

/** Parts of a grafted model, each loaded when it is first asked for. */
export interface ModelParts {
  /** The halves by which tiles share prompts; undefined if the model cannot be split. */
  halves(): Promise<SplitSessions | undefined>;
  /** The sensor without the network; undefined if there is none that can run alone. */
  sensor(): Promise<Session | undefined>;
  release(): Promise<void>;
}

/** What {@link modelParts} splits, and how to load a part. */
export interface PartsRequest {
  readonly graft: GraftRecord | null;
  readonly steering: readonly string[];
  /** The door as it was opened. */
  readonly door: Door;
  /** Passes the model to `use`; it may be closed afterwards. */
  withModel<T>(use: (model: Model) => Promise<T>): Promise<T>;
  load(part: Model): Promise<Session>;
}

/** Prepares the parts of a grafted model. undefined without a graft. */
export function modelParts(request: PartsRequest): ModelParts | undefined {
  const { graft } = request;
  if (!graft || graft.sites.length === 0) return undefined;
  const halves = loadedOnce(() => request.withModel((model) => split(model, graft, request)));
  const sensor = loadedOnce(() => request.withModel((model) => alone(model, graft, request)));
  return {
    halves: halves.open,
    sensor: sensor.open,
    async release() {
      const { sampling, tiling } = (await halves.opened()) ?? {};
      for (const session of [sampling, tiling, await sensor.opened()]) await session?.release();
    },
  };
}

/** Loads something once; again if that failed, because memory may suffice for smaller tiles. */
function loadedOnce<T>(load: () => Promise<T>) {
  let loading: Promise<T> | undefined;
  return {
    open(): Promise<T> {
      loading ??= load().catch((error: unknown) => {
        loading = undefined;
        throw error;
      });
      return loading;
    },
    /** What was loaded; undefined if nothing was. */
    opened: () => loading?.catch(() => undefined),
  };
}

async function split(
  model: Model,
  graft: GraftRecord,
  request: PartsRequest,
): Promise<SplitSessions | undefined> {
  if (!runsInParts(model, request.door)) return undefined;
  const halves = splitPrompts(model, graft);
  if (!halves) return undefined;
  const { prompts } = halves;
  const fed = prompts.flatMap(({ sampled, rows, columns }) => [sampled, rows, columns]);
  const steering = [...request.steering, ...fed];
  const sampling = await request.load(halves.sampling);
  try {
    const tiling = doorSession(await request.load(halves.tiling), request.door, { steering });
    return { sampling: withDoor(sampling, request.door, steering), tiling, prompts };
  } catch (error) {
    await sampling.release();
    throw error;
  }
}

async function alone(
  model: Model,
  graft: GraftRecord,
  { door, steering, load }: PartsRequest,
): Promise<Session | undefined> {
  const part = runsInParts(model, door) ? sensorPart(model, graft) : undefined;
  if (!part) return undefined;
  return withDoor(await load(part), door, steering);
}

function runsInParts(model: Model, door: Door): boolean {
  const image = model.graph.inputs.find(({ name }) => name === door.input);
  const [batch, channels] = image?.dims ?? [];
  const isBatch = typeof batch === 'number' && batch > 1;
  // A model of grey images runs once for each colour, and each has prompts of its own.
  const isGrey = (door.layout === 'NHWC' ? image?.dims?.[3] : channels) === 1;
  return !(isBatch || isGrey || door.inParts);
}

/** A part that takes planar RGB from 0 to 1, as the whole does behind its door. */
function withDoor(part: Session, door: Door, steering: readonly string[]): Session {
  const taken = new Set(part.inputs.map(({ name }) => name));
  const image = {
    name: door.input,
    type: 'float32',
    dims: ['batch', 3, 'height', 'width'],
  } as const;
  return {
    ...part,
    inputs: [image, ...part.inputs.filter(({ name }) => steering.includes(name))],
    run(feeds, fetches) {
      const native = Object.entries(nativeFeeds(part, door, { steering }, feeds));
      // It seldom reads the weights, and onnxruntime-web rejects what a model does not take.
      return part.run(Object.fromEntries(native.filter(([name]) => taken.has(name))), fetches);
    },
  };
}
