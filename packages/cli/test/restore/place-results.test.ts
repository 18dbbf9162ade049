import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeResults } from '../../src/restore/place-results.ts';

let folder = '';
const at = (...parts: string[]) => join(folder, ...parts);
const picture = (path: string, name: string) => ({ path: at(path), name });
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-place-'));
  mkdirSync(at('in'));
  mkdirSync(at('other'));
  for (const file of ['in/a.png', 'other/a.png', 'a-file']) writeFileSync(at(file), '');
  symlinkSync('in', at('link'));
  symlinkSync('nowhere', at('dangling'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('placeResults', () => {
  it.each([
    ['a path through a file', 'a-file/x', /a-file.*' is a file; choose another path/],
    ['a link to nothing', 'dangling', /it is a link to 'nowhere', where nothing is; make that/],
  ])('rejects %s before anything runs', (_, output, message) => {
    const images = [picture('in/a.png', 'a.png')];
    expect(() => placeResults(images, at(output))).toThrow(
      expect.objectContaining({ code: 'WRITE_FAILED', message: expect.stringMatching(message) }),
    );
  });

  it.each(['restored.png', 'restored.JPEG', '-'])('rejects %s, which names no folder', (output) => {
    const images = [picture('in/a.png', 'a.png')];
    const path = output === '-' ? output : at(output);
    expect(() => placeResults(images, path)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: `${path}: results go into a folder, under the names of their images; name a folder, such as -o restored.`,
      }),
    );
  });

  it('takes a folder that is named like an image if it is there', () => {
    mkdirSync(at('folder.png'));
    expect(placeResults([picture('in/a.png', 'a.png')], at('folder.png'))).toHaveLength(1);
  });

  it('places results under their names, also in folders that do not exist yet', () => {
    const pictures = [picture('in/a.png', 'a.png'), picture('other/a.png', 'deep/a.png')];
    expect(placeResults(pictures, at('out')).map(({ output }) => output)).toEqual([
      at('out/a.png'),
      at('out/deep/a.png'),
    ]);
  });

  it('writes a format it cannot write as PNG, beside an image of the same name', () => {
    const images = [picture('in/x.heic', 'x.heic'), picture('in/x.png', 'x.png')];
    expect(placeResults(images, at('out')).map(({ name }) => name)).toEqual([
      'x.heic.png',
      'x.png',
    ]);
  });

  it('restores an image that was named twice only once', () => {
    const twice = [picture('in/a.png', 'a.png'), picture('link/a.png', 'a.png')];
    expect(placeResults(twice, at('out'))).toHaveLength(1);
  });

  it('rejects two images with one name', () => {
    const both = [picture('in/a.png', 'a.png'), picture('other/a.png', 'a.png')];
    expect(() => placeResults(both, at('out'))).toThrow(
      `${at('other/a.png')} and ${at('in/a.png')} would both be written to ${at('out/a.png')}`,
    );
  });

  it('rejects names that differ by case where these are one file', () => {
    const both = [picture('in/a.png', 'a.png'), picture('other/a.png', 'A.png')];
    expect(() => placeResults(both, at('out'), () => true)).toThrow(
      `${at('other/a.png')} and ${at('in/a.png')} would both be written to ${at('out/A.png')}, where names that differ by case are one`,
    );
    expect(placeResults(both, at('out'), () => false)).toHaveLength(2);
  });

  it.each(['in', 'link'])('rejects a result over its source, also through a link: %s', (out) => {
    expect(() => placeResults([picture('in/a.png', 'a.png')], at(out))).toThrow(
      /result would replace it; choose another folder/,
    );
  });

  it('rejects a result over the source of another image', () => {
    const pictures = [picture('in/a.png', 'other/a.png'), picture('other/a.png', 'b.png')];
    expect(() => placeResults(pictures, folder)).toThrow(
      `${at('in/a.png')}: the result would replace ${at('other/a.png')}`,
    );
  });

  it('rejects a format that it cannot write, and a folder that is a file', () => {
    expect(() => placeResults([picture('x.bmp', 'x.bmp')], at('out'))).toThrow(/x\.bmp: images/);
    expect(() => placeResults([], at('a-file'))).toThrow(
      expect.objectContaining({ code: 'WRITE_FAILED' }),
    );
  });
});
