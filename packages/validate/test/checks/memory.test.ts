import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, halvingModel } from '@pip-graft/test-utils';
import { peakMemory } from '@pip-graft/validate';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'half.onnx');
const input = (side: number) => ({ input: [1, 3, side, side] });

test('a larger image takes more memory, by at least its own size and its result', async () => {
  writeFileSync(path, bytesOf(halvingModel()));
  const [small, large] = [await peakMemory(path, input(64)), await peakMemory(path, input(2048))];
  expect(large - small).toBeGreaterThan(2 * 3 * 4 * (2048 ** 2 - 64 ** 2) * 0.9);
  expect(large - small).toBeLessThan(20 * 3 * 4 * 2048 ** 2);
});

test('rejects a file that is not a model before it starts a process', async () => {
  writeFileSync(join(folder, 'bad.onnx'), 'not a model');
  const error = await peakMemory(join(folder, 'bad.onnx'), input(8)).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'NOT_ONNX' });
  expect((error as Error).message).toMatch(/bad\.onnx/);
});
