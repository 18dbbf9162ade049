import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { imageOf } from '@pip-graft/imaging';
import { writeImage } from '@pip-graft/restore';
import { afterAll } from 'vitest';

export const chelsea = fileURLToPath(new URL('../../../../../assets/chelsea.jpg', import.meta.url));

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pip-graft-train-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

/**
 * An image in which red is the column, green the row and blue is `blue`, out of 255, at each pixel.
 */
export async function writeGrid(path: string, width: number, height: number, blue = 0) {
  mkdirSync(dirname(path), { recursive: true });
  const size = width * height;
  const data = Float32Array.from({ length: 3 * size }, (_, at) => {
    const [plane, pixel] = [Math.floor(at / size), at % size];
    return [pixel % width, Math.floor(pixel / width), blue][plane]! / 255;
  });
  await writeImage(path, imageOf(width, height, data));
  return path;
}

/** Planes (3,height,width) of a single value. */
export function flat(value: number, width = 64, height = width): Float32Array {
  return new Float32Array(3 * width * height).fill(value);
}

export function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function deviation(values: Float32Array): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length);
}
