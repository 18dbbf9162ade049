/// <reference lib="dom" />
import { type Image, imageOf } from '@pip-graft/imaging';
import { bytesSource, GraftError, type Model, readModel } from '@pip-graft/onnx-graft';
import type { Session } from '@pip-graft/runtime/session';
import { type Part, rgbaOf } from '../image/rgba.ts';
import { behindDoor, type LoadedModel, settingsOf, weightsRow } from '../restorer/loaded-model.ts';
import type { RestorerDevice } from '../restorer/options.ts';
import { detectLoaded, requireSensor, restoreLoaded } from '../restorer/restore-loaded.ts';
import { isBroken } from '../run/failure.ts';
import { modelParts, type PartsRequest } from '../run/model-parts.ts';
import { imageInput, imageOutput } from '../run/run-image.ts';
import { decode } from './decode.ts';
import type {
  FromWorker,
  ImageRequest,
  Opened,
  OpenRequest,
  Operation,
  Operations,
  RestoredPixels,
  RestoreRequest,
  SentError,
  Step,
  ToWorker,
} from './messages.ts';
import { type Build, startRuntime, wasmDevice } from './start-runtime.ts';
import { openWebSession, type WebRuntime } from './web-session.ts';

/** A worker's side of its channel. */
export interface Scope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
}

type OnStepSent = (step: Step) => void;

/** Answers a page from a worker: opens one model and restores one image after another with it. */
export function serve(scope: Scope, runtime: WebRuntime, build: Build): void {
  const running = new Map<number, AbortController>();
  let loaded: LoadedModel | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const tell =
    (id: number): OnStepSent =>
    (step) =>
      scope.postMessage({ id, step }, step.tile ? [step.tile.pixels.data.buffer] : []);

  const operations: {
    [O in Operation]: (
      request: Operations[O]['request'],
      call: { readonly id: number; readonly signal: AbortSignal },
    ) => Promise<Operations[O]['answer']>;
  } = {
    async open(request) {
      const opened = await open(runtime, build, request);
      loaded = opened.loaded;
      return opened.answer;
    },
    restore: (request, { id, signal }) => restore(loaded!, request, signal, tell(id)),
    detect: (request, { id, signal }) => detect(loaded!, request, signal, tell(id)),
  };

  scope.onmessage = ({ data: message }) => {
    if ('abort' in message) {
      running.get(message.abort)?.abort();
      return;
    }
    const { id, operation, request } = message;
    const controller = new AbortController();
    running.set(id, controller);
    const run = operations[operation] as (
      request: unknown,
      call: { id: number; signal: AbortSignal },
    ) => Promise<unknown>;
    queue = queue.then(async () => {
      try {
        controller.signal.throwIfAborted();
        const answer = await run(request, { id, signal: controller.signal });
        const pixels = operation === 'restore' ? (answer as RestoredPixels).data.buffer : undefined;
        scope.postMessage({ id, answer }, pixels === undefined ? [] : [pixels]);
      } catch (error) {
        scope.postMessage({ id, error: sent(error) });
      } finally {
        running.delete(id);
      }
    });
  };
  scope.postMessage({ ready: true });
}

async function open(
  runtime: WebRuntime,
  build: Build,
  request: OpenRequest,
): Promise<{ loaded: LoadedModel; answer: Opened }> {
  const { label } = request;
  const bytes = new Uint8Array(await request.model.arrayBuffer());
  const model = readModel(bytesSource(bytes, label));
  const settings = settingsOf(model);
  const hasSensor = settings.restore.names?.found !== undefined;
  const load = async (provider: 'wasm' | 'webgpu'): Promise<LoadedModel> => {
    const own = await openWebSession(runtime, model, { label, provider });
    const { range, feeds } = request;
    const { session, door } = await behindDoor(own, settings, { range, feeds });
    const { graft, steering } = settings;
    const loadPart = (part: Model): Promise<Session> =>
      openWebSession(runtime, part, { label, provider });
    const withModel: PartsRequest['withModel'] = (use) => use(model);
    const parts = modelParts({ graft, steering, door, withModel, load: loadPart });
    const loaded = { session, settings, parts, available: freeMemory };
    try {
      // A model that does not restore images is an error now, not with the first image.
      imageInput(session);
      imageOutput(session);
      if (provider === 'webgpu') await restoreLoaded(loaded, greyImage(), {});
    } catch (error) {
      // Frees the card. After a failed run, releasing can fail too: the first error says more.
      await session.release().catch(() => {});
      throw error;
    }
    return loaded;
  };
  const answer = (device: RestorerDevice) => ({ labels: settings.labels, hasSensor, device });
  const device = await startRuntime(runtime, build, request);
  if (device.name !== 'webgpu') return { loaded: await load('wasm'), answer: answer(device) };
  try {
    return { loaded: await load('webgpu'), answer: answer(device) };
  } catch (error) {
    // For example, a float16 model on a card without float16.
    if (request.device === 'webgpu') throw error;
    const loaded = await load('wasm');
    const reason = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
    return { loaded, answer: answer(wasmDevice(runtime, `WebGPU does not run it (${reason})`)) };
  }
}

/** Returns the image that WebGPU must restore before it is trusted with a model. */
function greyImage(): Image {
  const side = 64;
  return imageOf(side, side, new Float32Array(3 * side * side).fill(0.5));
}

async function restore(
  loaded: LoadedModel,
  { image: source, label, weights, strength, tile, progress }: RestoreRequest,
  signal: AbortSignal,
  onStep: OnStepSent,
): Promise<RestoredPixels> {
  const degradation = weightsRow(loaded, weights, strength);
  const { image, found, warnings } = await restoreLoaded(loaded, await decode(source, label), {
    degradation,
    strength,
    tile,
    signal,
    ...(progress
      ? {
          onStep: (done, total, made) => onStep({ done, total, ...(made && sentTile(made)) }),
        }
      : {}),
  });
  return { data: rgbaOf(image), width: image.width, height: image.height, found, warnings };
}

function sentTile({ tile, soFar }: { tile: Part; soFar: Image }): Pick<Step, 'tile'> {
  return { tile: { ...tile, pixels: { ...tile, data: rgbaOf(soFar, tile) } } };
}

async function detect(
  loaded: LoadedModel,
  { image, label, tile, progress }: ImageRequest,
  signal: AbortSignal,
  onStep: OnStepSent,
): Promise<Readonly<Record<string, number>>> {
  requireSensor(loaded);
  return detectLoaded(loaded, await decode(image, label), {
    tile,
    signal,
    ...(progress ? { onStep: (done, total) => onStep({ done, total }) } : {}),
  });
}

function sent(error: unknown): SentError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof GraftError ? error.code : null;
  return { code, message, broken: isBroken(error) };
}

const gibibyte = 1024 ** 3;

/**
 * Returns the bytes that a run in a tab may plan with; tiles use half. A page cannot ask how much
 * is free, so this is 1 GiB, or an eighth of the machine's memory by the browser's figure if that
 * is less: an image of 12 megapixels then takes less than 1.5 GB in all.
 */
function freeMemory(
  machine: number | undefined = (navigator as { deviceMemory?: number }).deviceMemory,
): number {
  return Math.min(gibibyte, ((machine ?? 8) * gibibyte) / 8);
}
