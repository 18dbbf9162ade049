/// <reference lib="dom" />

import { GraftError } from '@pip-graft/onnx-graft';
import type { DoorOptions } from '../door/door.ts';
import { nameOfKind } from '../image/rgba.ts';
import type { Weights } from '../restorer/loaded-model.ts';
import {
  type RestorerOptions as CommonOptions,
  type DetectOptions,
  type DeviceChoice,
  type Progress,
  type RestorerDevice,
  requireThreads,
} from '../restorer/options.ts';
import { isPlain, requireOpened, requireOptions } from '../restorer/require-options.ts';
import { Connection, startWorker } from './connection.ts';
import type { Opened, Step } from './messages.ts';
import { Restored } from './restored.ts';
import { chooseBuild } from './start-runtime.ts';
import { fetchBlob, type ImageSource, nameOf, toSent } from './to-sent.ts';

export interface OpenOptions extends DoorOptions {
  /** Where to run; default: `auto`, WebGPU if it computes what wasm computes, else wasm. */
  readonly device?: DeviceChoice;
  /** Threads of wasm, at most 16; default: one per core. One without cross-origin isolation. */
  readonly threads?: number;
  /** Address of onnxruntime-web's wasm file, or of its folder (ending with `/`); default: where the bundler put it. */
  readonly wasm?: string | URL;
}

/** Progress of a call. */
export interface WebProgress extends Progress {
  /**
   * The tile that was just restored, with its pixels so far; undefined while the model looks at the
   * whole image.
   */
  readonly tile?: NonNullable<Progress['tile']> & { readonly pixels: ImageData };
}

export type RestorerOptions = CommonOptions<WebProgress>;

/**
 * Restores images with one model in a page or a worker. All computation happens in a separate
 * worker; calls queue. Close it, or declare it with `await using`: the worker holds the model's
 * memory.
 *
 * @example
 * const restorer = await Restorer.open('/model.onnx');
 * const restored = await restorer.restore(input.files[0], { rain: 1, noise: 0.3 });
 * document.body.append(restored.toCanvas());
 */
export class Restorer<Label extends string = string> {
  /** What the model can remove, in the order of its weights; empty for a model without a graft. */
  readonly labels: readonly Label[];
  /** Whether the model has a sensor, which {@link detect} and calls without weights use. */
  readonly hasSensor: boolean;
  readonly device: RestorerDevice;
  readonly #connection: Connection;

  private constructor(connection: Connection, opened: Opened) {
    requireOpened(opened);
    const { labels, hasSensor, device } = opened;
    this.#connection = connection;
    this.labels = labels as readonly Label[];
    this.hasSensor = hasSensor;
    this.device = device;
  }

  /**
   * Opens a model: any image-to-image ONNX network, grafted or not.
   *
   * @param model a URL, a File or Blob, or the bytes of an ONNX file
   *
   * Errors: `READ_FAILED`; `NOT_ONNX`, `CORRUPT_FILE`; `UNSUPPORTED_LAYOUT` for a model without an
   * image input; `RUNTIME_FAILED`; `DEVICE_UNAVAILABLE`; `INVALID_ARGUMENT` for the name of a
   * package.
   */
  static async open<Label extends string = string>(
    model: string | URL | Blob | ArrayBuffer | Uint8Array,
    options: OpenOptions = {},
  ): Promise<Restorer<Label>> {
    requireOptions(options, 'open');
    const { device = 'auto', threads, wasm, range, feeds } = options;
    requireThreads(threads);
    const address = wasm === undefined ? undefined : wasmAddress(wasm);
    const [build, { blob, label }] = await Promise.all([chooseBuild(device), modelBlob(model)]);
    const request = { model: blob, label, device, threads, wasm: address, range, feeds };
    const connection = new Connection(startWorker, build, request);
    return new Restorer(connection, await connection.open());
  }

  /**
   * Restores an image. The browser decodes it: 8 bits, sRGB, orientation applied, the first frame of an animation.
   *
   * @param weights how much of each degradation to remove: 1 all, 0.5 about half; a sum above 1
   * counts as shares; zeros give the host's output. If omitted, the model's sensor finds them; a
   * model without one uses its default.
   *
   * Errors: `UNKNOWN_LABEL`, `INVALID_WEIGHTS`; `INVALID_ARGUMENT` for a setting that the model does not take;
   * `CORRUPT_FILE`, `LIMIT_EXCEEDED`, `READ_FAILED` for an image; the signal's reason.
   */
  async restore(
    image: ImageSource,
    weights?: Weights<Label>,
    options: RestorerOptions = {},
  ): Promise<Restored<Label>> {
    requireOptions(options, 'call');
    const { strength, tile, signal, onProgress } = options;
    signal?.throwIfAborted();
    // As they are now: the caller may change them before they are sent.
    const asked = isPlain(weights) ? { ...weights } : weights;
    const { transfer, ...sent } = await toSent(image, signal);
    const progress = onProgress !== undefined;
    const onStep = onProgress && ((step: Step) => onProgress(progressOf(step)));
    const request = { ...sent, weights: asked, strength, tile, progress };
    return new Restored(
      await this.#connection.call('restore', request, { transfer, signal, onStep }),
    );
  }

  /**
   * Returns what the model's sensor finds in an image: a weight per label, all 0 if it is clean.
   *
   * Errors: `INVALID_ARGUMENT` for a model without a sensor; those of reading the image.
   */
  async detect(
    image: ImageSource,
    options: DetectOptions = {},
  ): Promise<Readonly<Record<Label, number>>> {
    requireOptions(options, 'detect');
    const { tile, signal, onProgress } = options;
    signal?.throwIfAborted();
    const { transfer, ...sent } = await toSent(image, signal);
    const request = { ...sent, tile, progress: onProgress !== undefined };
    const call = { transfer, signal, onStep: onProgress };
    const found = await this.#connection.call('detect', request, call);
    return found as Readonly<Record<Label, number>>;
  }

  /** Runs the model once on a small grey image, so that no real image waits for its start. */
  async warmUp(): Promise<void> {
    const side = 64;
    const data = new Uint8ClampedArray(3 * side * side).fill(128);
    await this.restore({ data, width: side, height: side });
  }

  /** Ends the worker at once, and with it any running call. */
  async close(): Promise<void> {
    this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function progressOf({ done, total, tile }: Step): WebProgress {
  if (tile === undefined) return { done, total };
  const { pixels, ...place } = tile;
  const { data, width, height } = pixels;
  return { done, total, tile: { ...place, pixels: new ImageData(data, width, height) } };
}

/** Errors: `INVALID_ARGUMENT` for text that is not a URL. */
function wasmAddress(wasm: string | URL): string {
  try {
    return new URL(wasm, globalThis.location.href).href;
  } catch {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `wasm: '${wasm}' is not a URL; pass that of onnxruntime-web's wasm file, or of its folder with a / at the end.`,
    );
  }
}

/** A package's name with its scope, or a file in one. */
const packageName = /^@[a-z0-9][\w.-]*\/[\w.-]+(\/|$)/i;

/**
 * Returns the bytes of a model and its name in messages.
 *
 * Errors: `INVALID_ARGUMENT` for the name of a package, which a page cannot look up; those of `fetchBlob`.
 */
async function modelBlob(
  model: string | URL | Blob | ArrayBuffer | Uint8Array,
): Promise<{ blob: Blob; label: string }> {
  if (model instanceof Blob) return { blob: model, label: nameOf(model, 'model') };
  if (model instanceof ArrayBuffer || model instanceof Uint8Array) {
    return { blob: new Blob([model as BlobPart]), label: 'model' };
  }
  if (typeof model !== 'string' && !(model instanceof URL)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `model: ${nameOfKind(model)} cannot be opened; pass a URL, a File, a Blob, or the bytes of an ONNX file.`,
    );
  }
  if (typeof model === 'string' && packageName.test(model)) {
    const file = model.endsWith('.onnx') ? model : `${model}/model.onnx`;
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${model}: a page cannot look up packages; copy node_modules/${file} to your site and pass its URL. With Vite: import url from '${file}?url', and open that.`,
    );
  }
  const { blob, href } = await fetchBlob(model);
  return { blob, label: href };
}
