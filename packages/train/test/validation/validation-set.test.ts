import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathText } from '@pip-graft/onnx-graft/node';
import { describe, expect, it } from 'vitest';
import { holdOut, requireApart } from '../../src/validation/validation-set.ts';
import { temporaryFolder } from '../data/support/photos.ts';

const folder = temporaryFolder();
const put = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const files = Array.from({ length: 20 }, (_, at) => put(`${at}.png`, `image ${at}`));

describe('holdOut', () => {
  it('holds out a share, the same each time, and keeps the order', async () => {
    const { training, validation } = await holdOut(files, 0.25, (file) => file);
    expect(validation).toHaveLength(5);
    expect([...training, ...validation].sort()).toEqual([...files].sort());
    expect(training).toEqual(files.filter((file) => training.includes(file)));
    expect(await holdOut(files, 0.25, (file) => file)).toEqual({ training, validation });
    // Not the first ones: neighbours in a folder often show one scene.
    expect(validation).not.toEqual(files.slice(0, 5));
  });

  it('keeps files with equal bytes on one side, and neither side empty', async () => {
    const twins = Array.from({ length: 6 }, (_, at) => put(`twin${at}.png`, `${at % 2}`));
    const { training, validation } = await holdOut(twins, 0.2, (file) => file);
    expect(training).toHaveLength(3);
    expect(validation).toHaveLength(3);
    const sameParity = new Set(validation.map((file) => Number(/twin(\d)/.exec(file)![1]) % 2));
    expect(sameParity.size).toBe(1);
    expect(await holdOut([files[0]!], 0.5, (file) => file)).toEqual({
      training: [files[0]],
      validation: [],
    });
  });
});

it.skipIf(process.platform !== 'linux')('reads files whose names are not UTF-8', async () => {
  const path = Buffer.concat([
    Buffer.from(join(folder, 'caf')),
    Buffer.of(0xe9),
    Buffer.from('.png'),
  ]);
  writeFileSync(path, 'image 3');
  await expect(requireApart(files, [pathText(path)])).rejects.toThrow(/the same image as .*3\.png/);
});

describe('requireApart', () => {
  it('names two files with the same bytes, whatever their names', async () => {
    const copy = put('other-name.png', 'image 3');
    const shorter = put('another.png', 'image');
    await expect(requireApart(files, [shorter, copy])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/other-name\.png: it holds the same image as .*3\.png/),
    });
    await requireApart(files, [shorter, put('long.png', 'image x')]);
    await expect(requireApart(files, [join(folder, 'none.png')])).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
