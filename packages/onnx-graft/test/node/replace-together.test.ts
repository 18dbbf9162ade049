import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceTogether, type Staged, stageTogether } from '../../src/node/replace-together.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onnx-graft-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const put = (files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
};
const there = () =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(at(name), 'utf8')]));

/** Stages the given texts for `a` and `b`. */
const staged = (given: Readonly<Record<string, string>>): Staged[] => {
  const files = stageTogether([at('a'), at('b')]);
  for (const [index, name] of ['a', 'b'].entries())
    if (given[name] !== undefined) writeFileSync(files[index]!.from, given[name]);
  return files;
};

describe('replaceTogether', () => {
  it('replaces existing files and adds missing ones', async () => {
    put({ a: 'old' });
    await replaceTogether(staged({ a: 'new', b: 'new' }));
    expect(there()).toEqual({ a: 'new', b: 'new' });
  });

  it.each([
    ['the first', { b: 'new' }],
    ['the second', { a: 'new' }],
  ])('puts everything back if %s cannot be placed', async (_, given) => {
    put({ a: 'old a', b: 'old b' });
    const files = staged(given);
    await expect(replaceTogether(files)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(there()).toMatchObject({ a: 'old a', b: 'old b' });
    expect(Object.keys(there()).some((name) => /old$|new$/.test(name))).toBe(false);
  });

  it('leaves nothing behind if there was nothing and the second file fails', async () => {
    await expect(replaceTogether(staged({ a: 'new' }))).rejects.toMatchObject({
      code: 'WRITE_FAILED',
    });
    expect(there()).toEqual({});
  });

  /** Stages `a`, nothing for `b`, and a folder for `c`: it is placed, and no file's removal takes it away. */
  const withFolder = (): Staged[] => {
    const files = stageTogether(['a', 'b', 'c'].map(at));
    writeFileSync(files[0]!.from, 'new');
    mkdirSync(files[2]!.from);
    return files;
  };

  it('puts everything back even if what was placed cannot be removed', async () => {
    put({ a: 'old a' });
    await expect(replaceTogether(withFolder())).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: expect.stringMatching(
        /\/a: could not be written: .*; what was there is unchanged\.$/,
      ),
    });
    expect(readdirSync(folder)).toEqual(['a', 'c']);
    expect(readFileSync(at('a'), 'utf8')).toBe('old a');
  });

  it('puts back what it can, and says where the rest is', async () => {
    put({ a: 'old a', c: 'old c' });
    const files = withFolder();
    const old = files[2]!.from.replace(/tmp$/, 'old');
    await expect(replaceTogether(files)).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: `${at('c')}: could not be written, and what was there could not be put back; it is in ${old}, move it back.`,
    });
    expect(readFileSync(at('a'), 'utf8')).toBe('old a');
    expect(readFileSync(old, 'utf8')).toBe('old c');
  });
});
