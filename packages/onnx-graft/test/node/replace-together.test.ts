import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceTogether } from '../../src/node/replace-together.ts';

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
const files = [
  { from: 'a.new', to: 'a' },
  { from: 'b.new', to: 'b' },
];
const staged = () => files.map(({ from, to }) => ({ from: at(from), to: at(to) }));

describe('replaceTogether', () => {
  it('replaces what is there and puts what is not', async () => {
    put({ a: 'old', 'a.new': 'new', 'b.new': 'new' });
    await replaceTogether(staged());
    expect(there()).toEqual({ a: 'new', b: 'new' });
  });

  it.each([
    ['the first', { 'b.new': 'new' }],
    ['the second', { 'a.new': 'new' }],
  ])('puts everything back when %s cannot be placed', async (_, given) => {
    put({ a: 'old a', b: 'old b', ...given });
    await expect(replaceTogether(staged())).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(there()).toMatchObject({ a: 'old a', b: 'old b' });
    expect(Object.keys(there()).some((name) => name.endsWith('.old'))).toBe(false);
  });

  it('leaves nothing where nothing was when the second to go there fails', async () => {
    put({ 'b.new': 'new' });
    await expect(replaceTogether(staged())).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(there()).toEqual({});
  });
});
