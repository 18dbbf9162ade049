import { open } from 'node:fs/promises';
import { filePath, ioError } from '@pip-graft/onnx-graft/node';
import { imageLimits, imageSize, readImage } from '@pip-graft/restore';
import { type BatchOptions, imagesOf } from './batch.ts';
import { requirePatch } from './cut-patch.ts';

/** The beginning of most images, in which their size is. */
const headBytes = 64 * 1024;

/**
 * Checks by their headers that patches can be cut from all images of a run: one that is drawn after
 * hours would end it, and could not be removed then, because a run continues with its images.
 *
 * Errors: those of `readImage`; `INVALID_ARGUMENT` for an image smaller than the patch.
 */
export async function checkPhotos(batches: BatchOptions, patch: number): Promise<void> {
  const { pixels = imageLimits.pixels } = batches;
  for (const file of imagesOf(batches)) {
    const { width, height } = await sizeOf(file, pixels);
    requirePatch({ file, width, height }, patch);
  }
}

async function sizeOf(file: string, pixels: number) {
  const head = await headOf(file);
  const size = await imageSize(head, file).catch(() => undefined);
  if (size !== undefined && size.width * size.height <= pixels) return size;
  // The size may be further on; if the image is at fault, this says how.
  return readImage(file, { pixels });
}

async function headOf(path: string): Promise<Uint8Array> {
  try {
    const file = await open(filePath(path));
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw ioError('read', path, error);
  }
}
