/// <reference lib="dom" />
import { GraftError } from '@pip-graft/onnx-graft';
import { requireQuality } from '../image/rgba.ts';
import { requireOptions } from '../restorer/require-options.ts';
import type { Pixels, RestoredPixels } from './messages.ts';

/** File types that a canvas can write, depending on the browser; PNG always works. */
export type BlobType = 'image/png' | 'image/jpeg' | 'image/webp';

/** A restored image as RGBA, one byte per channel. Colours are sRGB; metadata is not kept. */
export class Restored<Label extends string = string> {
  readonly width: number;
  readonly height: number;
  /**
   * Weights that the model's sensor found; undefined without one, or if the caller passed weights.
   */
  readonly found: Readonly<Record<Label, number>> | undefined;
  /**
   * What may not be as expected, in sentences for people: a strength outside 0 to 1.5, or values
   * that had to be clipped. Usually empty.
   */
  readonly warnings: readonly string[];
  readonly #data: Pixels['data'];

  constructor({ data, width, height, found, warnings }: RestoredPixels) {
    this.width = width;
    this.height = height;
    this.found = found as Readonly<Record<Label, number>> | undefined;
    this.warnings = warnings;
    this.#data = data;
  }

  /** The pixels themselves, not a copy. */
  toPixels(): Uint8ClampedArray<ArrayBuffer> {
    return this.#data;
  }

  toImageData(): ImageData {
    return new ImageData(this.#data, this.width, this.height);
  }

  /**
   * Draws the image on a new canvas, or resizes and draws on the one that you pass.
   *
   * Errors: `INVALID_ARGUMENT` for a canvas with another context than 2d, and in a worker without one.
   */
  toCanvas(): HTMLCanvasElement;
  toCanvas<Canvas extends HTMLCanvasElement | OffscreenCanvas>(canvas: Canvas): Canvas;
  toCanvas(canvas?: HTMLCanvasElement | OffscreenCanvas): HTMLCanvasElement | OffscreenCanvas {
    const into = canvas ?? globalThis.document?.createElement('canvas');
    if (into === undefined) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        'toCanvas: a worker has no document; pass an OffscreenCanvas.',
      );
    }
    const context = into.getContext('2d') as CanvasRenderingContext2D | null;
    if (context === null) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        'toCanvas: this canvas has a context of another kind; pass a new one.',
      );
    }
    into.width = this.width;
    into.height = this.height;
    context.putImageData(this.toImageData(), 0, 0);
    return into;
  }

  /**
   * Returns the image as a file.
   *
   * @param options quality 1 to 100, for JPEG and WebP; default: 95
   *
   * Errors: `INVALID_ARGUMENT` for another quality; `RUNTIME_FAILED` for a type that the browser does not write.
   */
  async toBlob(
    type: BlobType = 'image/png',
    options: { readonly quality?: number } = {},
  ): Promise<Blob> {
    requireOptions(options, 'file');
    const { quality = 95 } = options;
    requireQuality(quality);
    const canvas = this.toCanvas(new OffscreenCanvas(this.width, this.height));
    const blob = await canvas.convertToBlob({ type, quality: quality / 100 });
    if (blob.type === type) return blob;
    throw new GraftError(
      'RUNTIME_FAILED',
      `${type}: this browser does not write it; use image/png.`,
    );
  }
}
