import { type HubOptions, localModel, openModel } from '@pip-graft/graft/node';
import { type Image, imageOf } from '@pip-graft/imaging';
import { argument, bytesSource, GraftError, readModel } from '@pip-graft/onnx-graft';
import { createSession, type Device } from '@pip-graft/runtime';
import type { Door, DoorOptions } from '../door/door.ts';
import { nameOfKind } from '../image/rgba.ts';
import { type ModelParts, modelParts } from '../run/model-parts.ts';
import { addressOf, fetchBytes } from './fetch-bytes.ts';
import { type ImageSource, Restored, toImage } from './images.ts';
import {
  behindDoor,
  type LoadedModel,
  type ModelSettings,
  releaseLoaded,
  settingsOf,
  type Weights,
  weightsRow,
} from './loaded-model.ts';
import { findModel, partsOfFile } from './model-file.ts';
import {
  type DetectOptions,
  type DeviceChoice,
  type RestorerDevice,
  type RestorerOptions,
  requireDevice,
  requireThreads,
} from './options.ts';
import { requireOpened, requireOptions } from './require-options.ts';
import { detectLoaded, requireSensor, restoreLoaded } from './restore-loaded.ts';
import { urlName } from './url-name.ts';

export interface OpenOptions extends DoorOptions {
  /** Where to run; default: `auto`, which is the CPU in Node. */
  readonly device?: DeviceChoice;
  /** Threads inside one operator; default: onnxruntime's choice. */
  readonly threads?: number;
  /** Where packages and relative paths are looked up; default: the working directory. */
  readonly cwd?: string;
  /** For a name on the model hub: progress and notes of the download, a signal to stop it. */
  readonly hub?: HubOptions;
}

/**
 * Restores images with one model, which stays loaded. Calls queue: the model runs on one image at a
 * time. Close it, or declare it with `await using`; native memory is not garbage-collected.
 *
 * @example
 * const restorer = await Restorer.open('grafted.onnx');
 * const restored = await restorer.restore('photo.jpg', { rain: 1, noise: 0.3 });
 * await restored.save('restored.png');
 */
export class Restorer<Label extends string = string> {
  /** What the model can remove, in the order of its weights; empty for a model without a graft. */
  readonly labels: readonly Label[];
  /** Whether the model has a sensor, which {@link detect} and calls without weights use. */
  readonly hasSensor: boolean;
  readonly device: RestorerDevice;
  readonly #loaded: LoadedModel;
  #queue: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  private constructor(loaded: Omit<LoadedModel, 'available'>, device: RestorerDevice) {
    requireOpened(loaded);
    const onCpu = device.name === 'cpu';
    const available = () => (onCpu ? process.availableMemory() : Number.POSITIVE_INFINITY);
    this.#loaded = { ...loaded, available };
    this.labels = loaded.settings.labels as readonly Label[];
    this.hasSensor = loaded.settings.restore.names?.found !== undefined;
    this.device = device;
  }

  /**
   * Opens a model: any image-to-image ONNX network, grafted or not.
   *
   * @param model a path, a URL, the name of an installed package, `hf:owner/name[@revision][/folder or file]`
   * on the model hub, or the bytes of an ONNX file
   *
   * Errors: `INVALID_ARGUMENT`; `NOT_FOUND`; `NOT_ONNX`, `CORRUPT_FILE`; `UNSUPPORTED_LAYOUT` for a model without an
   * image input; `RUNTIME_FAILED`, `DEVICE_UNAVAILABLE`; those of `localModel` for a name on the
   * model hub.
   */
  static async open<Label extends string = string>(
    model: string | URL | Uint8Array | ArrayBuffer | Blob,
    opening: OpenOptions = {},
  ): Promise<Restorer<Label>> {
    requireOptions(opening, 'open');
    const { cwd = process.cwd(), device: asked = 'auto', range, feeds, hub, ...options } = opening;
    argument.requirePath(cwd, 'Restorer.open: cwd');
    if (feeds !== undefined) argument.requireMembers(feeds, 'Restorer.open: feeds', {});
    const { device, info } = nodeDevice(asked);
    requireThreads(options.threads);
    const common = { strict: false, widen: true, device, ...options };
    const load = async (
      model: string | Uint8Array,
      settings: ModelSettings,
      label: string,
      partsBehind: (door: Door) => ModelParts | undefined,
    ): Promise<Restorer<Label>> => {
      const native = await createSession(model, { ...common, label });
      const { session, door } = await behindDoor(native, settings, { range, feeds });
      return new Restorer({ session, settings, parts: partsBehind(door) }, info);
    };
    const ofBytes = (bytes: Uint8Array, label: string): Promise<Restorer<Label>> => {
      const read = readModel(bytesSource(bytes, label));
      const settings = settingsOf(read);
      return load(bytes, settings, label, (door) =>
        modelParts({
          graft: settings.graft,
          steering: settings.steering,
          door,
          withModel: (use) => use(read),
          load: (part) => createSession(part, { ...common, label }),
        }),
      );
    };
    if (model instanceof Uint8Array) return ofBytes(model, 'model');
    if (model instanceof Blob) return ofBytes(new Uint8Array(await model.arrayBuffer()), 'model');
    if (model instanceof ArrayBuffer) return ofBytes(new Uint8Array(model), 'model');
    if (typeof model !== 'string' && !(model instanceof URL)) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `model: ${nameOfKind(model)} cannot be opened; pass a path, a URL, the name of a package, or the bytes of an ONNX file.`,
      );
    }
    const local = typeof model === 'string' ? await localModel(model, hub) : model;
    const address = addressOf(local, 'model');
    if ('url' in address) {
      const { url } = address;
      return ofBytes(await fetchBytes(url), urlName(url));
    }
    const path = findModel(address.path, cwd);
    using opened = openModel(path);
    const settings = settingsOf(opened.model);
    return await load(path, settings, path, (door) => partsOfFile(path, settings, door, common));
  }

  /**
   * Restores an image. Keeps the file's orientation, alpha, colour profile and depth.
   *
   * @param weights how much of each degradation to remove: 1 all, 0.5 about half; a sum above 1
   * counts as shares; zeros give the host's output. If omitted, the model's sensor finds them; a
   * model without one uses its default.
   *
   * Errors: `UNKNOWN_LABEL`, `INVALID_WEIGHTS`; `INVALID_ARGUMENT` for a setting that the model does not take,
   * or after {@link close}; those of reading the image; the signal's reason.
   */
  async restore(
    image: ImageSource,
    weights?: Weights<Label>,
    options: RestorerOptions = {},
  ): Promise<Restored<Label>> {
    requireOptions(options, 'call');
    const { onProgress, ...asked } = options;
    const degradation = weightsRow(this.#loaded, weights, asked.strength);
    const given = held(image);
    return this.#next(async () => {
      const source = await toImage(given, asked.signal);
      const restored = await restoreLoaded(this.#loaded, source, {
        ...asked,
        degradation,
        onStep: (done, total, made) =>
          onProgress?.({ done, total, ...(made && { tile: made.tile }) }),
      });
      const found = restored.found as Record<Label, number> | undefined;
      return new Restored(restored.image, found, restored.warnings);
    }, asked.signal);
  }

  /**
   * Returns what the model's sensor finds in an image: a weight per label, all 0 if it is clean.
   *
   * Errors: `INVALID_ARGUMENT` for a model without a sensor, or after {@link close}; those of reading
   * the image.
   */
  async detect(
    image: ImageSource,
    options: DetectOptions = {},
  ): Promise<Readonly<Record<Label, number>>> {
    requireOptions(options, 'detect');
    const { onProgress, ...asked } = options;
    const given = held(image);
    return this.#next(async () => {
      requireSensor(this.#loaded);
      const source = await toImage(given, asked.signal);
      const onStep = onProgress && ((done: number, total: number) => onProgress({ done, total }));
      const found = await detectLoaded(this.#loaded, source, { ...asked, onStep });
      return found as Record<Label, number>;
    }, asked.signal);
  }

  /** Runs the model once on a small grey image, so that no real image waits for its start. */
  async warmUp(): Promise<void> {
    const side = 64;
    await this.restore(imageOf(side, side, new Float32Array(3 * side * side).fill(0.5)));
  }

  /** Releases the model once running calls have ended. Closing again changes nothing. */
  close(): Promise<void> {
    this.#closed ??= this.#next(() => releaseLoaded(this.#loaded));
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #next<T>(run: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#closed !== undefined) {
      const message = `${this.#loaded.session.label}: it was closed; open it again.`;
      return Promise.reject(new GraftError('INVALID_ARGUMENT', message));
    }
    const next = this.#queue.then(() => {
      signal?.throwIfAborted();
      return run();
    });
    this.#queue = next.catch(() => {});
    return signal === undefined ? next : orAborted(next, signal);
  }
}

/** Returns an image as it is now: bytes in memory may be overwritten before their turn comes. */
function held(image: ImageSource): ImageSource {
  // Not `slice`, which for a Buffer is a view.
  if (image instanceof Uint8Array) return new Uint8Array(image);
  if (image instanceof ArrayBuffer) return image.slice(0);
  if (typeof image !== 'object' || image === null || !('data' in image)) return image;
  const { data, width, height } = image;
  if (data instanceof Float32Array) return { ...(image as Image), data: data.slice() };
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) return image;
  const channels = 'channels' in image ? image.channels : undefined;
  return {
    data: new Uint8Array(data),
    width,
    height,
    ...(channels === undefined ? {} : { channels }),
  };
}

/** Waits for a result, or rejects as soon as the signal aborts: the call may wait behind others. */
function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const calls = callsWith(signal);
    calls.add(abort);
    if (signal.aborted) abort();
    result.then(resolve, reject).finally(() => calls.delete(abort));
  });
}

const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/** Returns what ends the calls with a signal: one listener for all, because Node warns of eleven. */
function callsWith(signal: AbortSignal): Set<() => void> {
  const known = waiting.get(signal);
  if (known !== undefined) return known;
  const calls = new Set<() => void>();
  waiting.set(signal, calls);
  const abort = (): void => {
    for (const end of calls) end();
  };
  signal.addEventListener('abort', abort, { once: true });
  return calls;
}

/**
 * Returns the onnxruntime-node device of a choice.
 *
 * Errors: `INVALID_ARGUMENT` for an unknown one; `DEVICE_UNAVAILABLE` for wasm.
 */
function nodeDevice(choice: DeviceChoice): { device: Device; info: RestorerDevice } {
  requireDevice(choice);
  if (choice === 'wasm') {
    throw new GraftError(
      'DEVICE_UNAVAILABLE',
      "device 'wasm': it is a browser's; use 'cpu' in Node.",
    );
  }
  const device = choice === 'auto' ? 'cpu' : choice;
  const reason =
    choice === 'auto'
      ? "auto is the CPU in Node; pass device: 'cuda' for an NVIDIA card"
      : `device: '${choice}' was asked for`;
  return { device, info: { name: device, reason } };
}
