import { readFile } from 'node:fs/promises';
import { GraftError } from '@pip-graft/onnx-graft';
import { ioError } from '@pip-graft/onnx-graft/node';
import sharp from 'sharp';
import type { Image } from './image.ts';
import { imageLimits } from './limits.ts';

export interface ReadImageOptions {
  /** Largest width times height; default {@link imageLimits}. */
  readonly pixels?: number;
}

/**
 * Reads a picture file: PNG, JPEG, WebP or TIFF, 8 or 16 bits per channel.
 *
 * The camera's orientation is applied, an embedded colour profile is converted
 * to sRGB, grey becomes RGB, alpha is kept apart. Of several pages the first.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`; `CORRUPT_FILE` for an empty, cut or foreign
 * file; `LIMIT_EXCEEDED` for more pixels than allowed.
 *
 * @example const { width, height, data } = await readImage('photo.jpg');
 */
export async function readImage(path: string, options: ReadImageOptions = {}): Promise<Image> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw ioError('read', path, error);
  });
  return decodeImage(bytes, { ...options, label: path });
}

/** The picture in a file's bytes; see {@link readImage}. */
export async function decodeImage(
  bytes: Uint8Array,
  options: ReadImageOptions & { readonly label?: string } = {},
): Promise<Image> {
  const { label = 'image', pixels = imageLimits.pixels } = options;
  if (bytes.length === 0) throw corrupt(label, 'the file is empty');
  try {
    // failOn: a cut file must be an error, not a picture with a grey lower half.
    const decoder = sharp(bytes, { limitInputPixels: pixels, failOn: 'truncated' });
    const { depth } = await decoder.metadata();
    const deep = depth === 'ushort';
    const { data, info } = await decoder
      .autoOrient()
      .toColourspace(deep ? 'rgb16' : 'srgb')
      .raw({ depth: deep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const samples = deep
      ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return planar(samples, info.width, info.height, info.channels, deep ? 16 : 8);
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0]! : String(cause);
    if (/pixel limit/i.test(reason)) {
      throw new GraftError(
        'LIMIT_EXCEEDED',
        `${label}: it has more than the ${pixels} pixels allowed; scale it down or raise the limit.`,
        { cause },
      );
    }
    throw corrupt(label, reason.replace(/^Input buffer /, 'the file '), cause);
  }
}

/** Interleaved samples (1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha) to planes. */
function planar(
  samples: Uint8Array | Uint16Array,
  width: number,
  height: number,
  channels: number,
  bitDepth: 8 | 16,
): Image {
  const size = width * height;
  const top = bitDepth === 16 ? 65535 : 255;
  const data = new Float32Array(3 * size);
  const step = channels < 3 ? 0 : 1;
  for (let plane = 0; plane < 3; plane++) {
    for (let at = 0, from = plane * step; at < size; at++, from += channels) {
      data[plane * size + at] = samples[from]! / top;
    }
  }
  if (channels === 1 || channels === 3) return { width, height, data, bitDepth };
  const alpha = new Float32Array(size);
  for (let at = 0, from = channels - 1; at < size; at++, from += channels) {
    alpha[at] = samples[from]! / top;
  }
  return { width, height, data, alpha, bitDepth };
}

function corrupt(label: string, reason: string, cause?: unknown): GraftError {
  return new GraftError(
    'CORRUPT_FILE',
    `${label}: not a readable picture (${reason}); expected a PNG, JPEG, WebP or TIFF file.`,
    { cause },
  );
}
