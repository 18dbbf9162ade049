import { fileURLToPath } from 'node:url';
import { openModel } from '@pip-graft/graft/node';
import { autoTile, imageOf, planTiles } from '@pip-graft/imaging';
import { bytesSource, GraftError, readModel } from '@pip-graft/onnx-graft';
import { labelWeights } from '@pip-graft/pip-core';
import { createSession, type Device, type Session } from '@pip-graft/runtime';
import { behindDoor } from '../door/behind-door.ts';
import type { DoorOptions } from '../door/door.ts';
import { defaultOverlap, type RestoreTiledOptions, restoreTiled } from '../run/restore-tiled.ts';
import { findDegradation } from '../steer/find-degradation.ts';
import { type ModelSettings, settingsOf } from '../steer/settings-of.ts';
import { fetchBytes } from './fetch-bytes.ts';
import { findModel } from './find-model.ts';
import { Restored } from './restored.ts';
import { type ImageSource, isUrl, toImage } from './to-image.ts';

export interface OpenOptions extends DoorOptions {
  /** Where to run; default `cpu`. */
  readonly device?: Device;
  /** Threads inside one operator; default onnxruntime's choice. */
  readonly threads?: number;
  /** Where packages and relative paths are looked up; default the working directory. */
  readonly cwd?: string;
}

export interface RestorerOptions {
  /** 0 is the host alone, 1 the adapter as it was trained; default 1. */
  readonly strength?: number;
  /** Longest side of a tile in pixels; default `auto`: as large as half of the free memory allows. */
  readonly tile?: number | 'auto';
  /** Ends the call after the tile that is being restored. */
  readonly signal?: AbortSignal;
  /** Called after each tile. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Weights by label; a label that is left out weighs nothing. */
export type Weights<Label extends string = string> = { readonly [L in Label]?: number };

/**
 * Restores images with one model, which stays loaded. Calls queue: a model runs on one image at a time.
 * Close it, or declare it with `await using`; native memory is not collected.
 *
 * @example
 * const restorer = await Restorer.open('grafted.onnx');
 * const restored = await restorer.restore('photo.jpg', { rain: 1, noise: 0.3 });
 * await restored.save('restored.png');
 */
export class Restorer<Label extends string = string> {
  /** What the model can remove, in the order of its weights; empty for a model without a graft. */
  readonly labels: readonly Label[];
  readonly device: Device;
  readonly #session: Session;
  readonly #look: ModelSettings;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(session: Session, look: ModelSettings) {
    this.#session = session;
    this.#look = look;
    this.labels = look.labels as readonly Label[];
    this.device = session.device;
  }

  /**
   * Opens a model: any ONNX network from image to image, grafted or not.
   *
   * @param model a path, a URL, the name of an installed package, or the bytes of an ONNX file
   *
   * Errors: `NOT_FOUND`; `NOT_ONNX`, `CORRUPT_FILE`; `UNSUPPORTED_LAYOUT` for a model that takes no image;
   * `RUNTIME_FAILED`, `DEVICE_UNAVAILABLE`.
   */
  static async open<Label extends string = string>(
    model: string | URL | Uint8Array,
    { cwd = process.cwd(), range, feeds, ...options }: OpenOptions = {},
  ): Promise<Restorer<Label>> {
    const ofBytes = async (bytes: Uint8Array, label: string): Promise<Restorer<Label>> => {
      const look = settingsOf(readModel(bytesSource(bytes, label)));
      const session = await createSession(bytes, { strict: false, label, ...options });
      return new Restorer(await behindDoor(session, look, { range, feeds }), look);
    };
    if (model instanceof Uint8Array) return ofBytes(model, 'model');
    const url = model instanceof URL || isUrl(model) ? new URL(model) : undefined;
    if (url && url.protocol !== 'file:') return ofBytes(await fetchBytes(url), url.href);
    const path = url ? fileURLToPath(url) : findModel(model as string, cwd);
    const opened = openModel(path);
    try {
      const look = settingsOf(opened.model);
      const session = await createSession(path, { strict: false, ...options });
      return new Restorer(await behindDoor(session, look, { range, feeds }), look);
    } finally {
      opened.close();
    }
  }

  /**
   * Restores an image. Orientation, alpha, colour profile and depth are kept as the file had them.
   *
   * @param weights how much of each degradation to remove: 1 all, 0.5 about half; more than 1 in all counts as
   * shares. Left out, the model's sensor finds them; a model without one takes its default.
   *
   * Errors: `UNKNOWN_LABEL`, `INVALID_WEIGHTS`; `INVALID_ARGUMENT` for a setting that the model does not take;
   * those of reading the image; the signal's reason.
   */
  restore(
    image: ImageSource,
    weights?: Weights<Label>,
    options: RestorerOptions = {},
  ): Promise<Restored<Label>> {
    return this.#next(async () => {
      options.signal?.throwIfAborted();
      const degradation = this.#rowOf(weights);
      this.#checkStrength(options.strength);
      const source = await toImage(image, options.signal);
      let found: readonly number[] | undefined;
      const restored = await restoreTiled(this.#session, source, {
        ...this.#settings(source, options),
        ...(degradation === undefined ? {} : { degradation }),
        ...(options.strength === undefined ? {} : { strength: options.strength }),
        onFound: (row) => {
          found = row;
        },
        onTile: (done, total) => options.onProgress?.({ done, total }),
      });
      return new Restored(restored, found && this.#named(found));
    });
  }

  /**
   * What the model's sensor finds in an image: a weight for each label, all 0 for a clean image.
   *
   * Errors: `INVALID_ARGUMENT` for a model without a sensor; those of reading the image.
   */
  detect(
    image: ImageSource,
    options: Pick<RestorerOptions, 'tile' | 'signal'> = {},
  ): Promise<Readonly<Record<Label, number>>> {
    return this.#next(async () => {
      options.signal?.throwIfAborted();
      if (this.#look.restore.names?.found === undefined) {
        throw new GraftError(
          'INVALID_ARGUMENT',
          `${this.#session.label}: it has no sensor; graft it with --auto, or say what to restore.`,
        );
      }
      const source = await toImage(image, options.signal);
      const settings = this.#settings(source, options);
      const { tile = Number.POSITIVE_INFINITY, sizeMultiple = 1, tileStep = 1 } = settings;
      const overlap = defaultOverlap(tile);
      const plan = planTiles(source, { tile, overlap, sizeMultiple, tileStep });
      return this.#named(await findDegradation(this.#session, source, plan, settings));
    });
  }

  /** Runs the model once on a small grey image, so that the first real one does not wait for its start. */
  async warmUp(): Promise<void> {
    const side = 64;
    await this.restore(imageOf(side, side, new Float32Array(3 * side * side).fill(0.5)));
  }

  /** Releases the model once running calls have ended. */
  async close(): Promise<void> {
    await this.#next(() => this.#session.release());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #next<T>(run: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(run);
    this.#queue = next.catch(() => {});
    return next;
  }

  #rowOf(weights: Weights<Label> | undefined): number[] | undefined {
    if (weights === undefined) return undefined;
    if (this.labels.length === 0) throw this.#refused('weights');
    return labelWeights(weights as Readonly<Record<string, number>>, this.labels);
  }

  #checkStrength(strength: number | undefined): void {
    if (strength !== undefined && this.labels.length === 0) throw this.#refused('strength');
  }

  #refused(what: string): GraftError {
    return new GraftError(
      'INVALID_ARGUMENT',
      `${this.#session.label}: it takes no ${what}: it carries no graft, or its degradation is baked in.`,
    );
  }

  #settings(
    image: { readonly width: number; readonly height: number },
    { tile = 'auto', signal }: Pick<RestorerOptions, 'tile' | 'signal'>,
  ): RestoreTiledOptions {
    const { restore: settings, bytesPerPixel } = this.#look;
    const { sizeMultiple = 1 } = settings;
    const available = this.device === 'cpu' ? process.availableMemory() : Number.POSITIVE_INFINITY;
    const side =
      tile === 'auto' ? autoTile(image, { bytesPerPixel, available, sizeMultiple }) : tile;
    return {
      ...settings,
      ...(Number.isFinite(side) ? { tile: side } : {}),
      ...(signal === undefined ? {} : { signal }),
    };
  }

  #named(row: readonly number[]): Readonly<Record<Label, number>> {
    const entries = this.labels.map((label, at) => [label, row[at]!] as const);
    return Object.fromEntries(entries) as Record<Label, number>;
  }
}
