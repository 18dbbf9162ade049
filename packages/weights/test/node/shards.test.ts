import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { floatTensor, writeSafetensors } from '@pip-graft/weights';
import { checkpointFiles, openCheckpoint } from '@pip-graft/weights/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-shards-'));
  const shard = (name: string, value: number) =>
    writeSafetensors(new Map([[name, floatTensor([1], Float32Array.of(value))]]));
  writeFileSync(join(folder, 'model-00001-of-00002.safetensors'), shard('a', 1));
  writeFileSync(join(folder, 'model-00002-of-00002.safetensors'), shard('b', 2));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes an index and returns its path. */
function index(map: unknown, name = 'model.safetensors.index.json'): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ metadata: { total_size: 8 }, weight_map: map }));
  return path;
}
const one = 'model-00001-of-00002.safetensors';
const two = 'model-00002-of-00002.safetensors';

describe('a checkpoint in several files', () => {
  it('is read as one', async () => {
    const path = index({ b: two, a: one });
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.format).toBe('safetensors');
    expect([...checkpoint.tensors].map(([name, { data }]) => [name, data[0]])).toEqual([
      ['b', 2],
      ['a', 1],
    ]);
    checkpoint.close();
    expect(checkpointFiles(path)).toEqual([path, join(folder, two), join(folder, one)]);
    expect(checkpointFiles(join(folder, one))).toEqual([join(folder, one)]);
  });

  it.each([
    [
      'a path out of the folder',
      { a: '../secret.safetensors' },
      'UNSAFE_FILE',
      /may point outside/,
    ],
    ['an absolute path', { a: '/etc/passwd' }, 'UNSAFE_FILE', /absolute path/],
    ['a link', { a: 'link.safetensors' }, 'UNSAFE_FILE', /symbolic link/],
    ['a folder', { a: 'folder' }, 'UNSAFE_FILE', /regular file/],
    ['a file that is missing', { a: 'no.safetensors' }, 'NOT_FOUND', /no\.safetensors/],
    [
      'a tensor that is not in its file',
      { b: one },
      'CORRUPT_FILE',
      /'b' is missing in 'model-00001/,
    ],
    ['no file', { a: 7 }, 'CORRUPT_FILE', /no file for tensor 'a'/],
    ['nothing', {}, 'CORRUPT_FILE', /no tensors/],
    [
      'thousands of files',
      Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`t${i}`, `f${i}`])),
      'LIMIT_EXCEEDED',
      /2000 files/,
    ],
  ])('whose index lists %s is rejected', async (_what, map, code, message) => {
    mkdirSync(join(folder, 'folder'), { recursive: true });
    rmSync(join(folder, 'link.safetensors'), { force: true });
    symlinkSync(join(folder, one), join(folder, 'link.safetensors'));
    await expect(openCheckpoint(index(map))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
