import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findImages, placeResults } from '../../src/restore/images.ts';

let folder = '';
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'graft-find-')));
  chmodSync(folder, 0o755);
  const files = [
    'in/a.png',
    'in/note.txt',
    'in/._a.png',
    'in/.cache/b.png',
    'in/deep/er/c.JPG',
    'in/Ünï/日本 語.webp',
    'in/done/a.png',
    'in/[x]/1.png',
    'in/[x]/x.png',
    'star*.png',
    'starling.png',
    'empty/readme.md',
  ];
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const find = async (args: readonly string[], output = 'out') => {
  const { images, faults } = await findImages(
    args.map((arg) => join(folder, arg)),
    join(folder, output),
  );
  return {
    found: images.map(({ path, name }) => `${relative(folder, path)} as ${name}`),
    faults: faults.map(({ error }) => `${error.code} ${error.message.replaceAll(folder, '')}`),
  };
};

describe('findImages', () => {
  it('lists images in a folder whose format it cannot read', async () => {
    mkdirSync(join(folder, 'camera'));
    for (const name of ['a.png', 'b.DNG', 'c.bmp', 'd.txt', 'e.gif', 'f.jfif', 'g.mpo'])
      writeFileSync(join(folder, 'camera', name), '');
    const { images, passedOver } = await findImages([join(folder, 'camera')], join(folder, 'out'));
    expect(images.map(({ name }) => name)).toEqual(['a.png', 'e.gif', 'f.jfif']);
    expect(passedOver.map((path) => relative(folder, path))).toEqual([
      'camera/b.DNG',
      'camera/c.bmp',
      'camera/g.mpo',
    ]);
  });

  it('finds all images below a folder with relative paths; skips hidden and other files', async () => {
    expect(await find(['in'])).toEqual({
      found: [
        'in/[x]/1.png as [x]/1.png',
        'in/[x]/x.png as [x]/x.png',
        'in/a.png as a.png',
        'in/deep/er/c.JPG as deep/er/c.JPG',
        'in/done/a.png as done/a.png',
        'in/Ünï/日本 語.webp as Ünï/日本 語.webp',
      ],
      faults: [],
    });
  });

  it('finds phone formats in a folder', async () => {
    mkdirSync(join(folder, 'phone'));
    for (const name of ['a.HEIC', 'b.avif']) writeFileSync(join(folder, 'phone', name), '');
    expect((await find(['phone'])).found).toEqual([
      'phone/a.HEIC as a.HEIC',
      'phone/b.avif as b.avif',
    ]);
  });

  it('does not find results inside the folder again, by folder or by pattern', async () => {
    const { found } = await find(['in'], 'in/done');
    expect(found).toHaveLength(5);
    expect(found.join()).not.toContain('done');
    expect((await find(['in/*/*.png'], 'in/done')).found).toEqual([
      'in/[x]/1.png as [x]/1.png',
      'in/[x]/x.png as [x]/x.png',
    ]);
  });

  it('finds the matches of a pattern, named relative to its fixed start', async () => {
    expect((await find(['in/**/*.{JPG,webp}'])).found).toEqual([
      'in/deep/er/c.JPG as deep/er/c.JPG',
      'in/Ünï/日本 語.webp as Ünï/日本 語.webp',
    ]);
    expect((await find(['in/{deep/er/c,a}.{JPG,png}'])).found).toEqual([
      'in/a.png as a.png',
      'in/deep/er/c.JPG as deep/er/c.JPG',
    ]);
    expect((await find(['in/deep/*/c.*'])).found).toEqual(['in/deep/er/c.JPG as er/c.JPG']);
  });

  it('never treats an existing path as a pattern', async () => {
    expect((await find(['star*.png', 'in/[x]', 'in/[x]/x.png'])).found).toEqual([
      'star*.png as star*.png',
      'in/[x]/1.png as 1.png',
      'in/[x]/x.png as x.png',
      'in/[x]/x.png as x.png',
    ]);
  });

  it('reports an empty folder, an unmatched pattern and a missing file; finds the rest', async () => {
    expect(await find(['empty', 'in/*.tif', 'in/*.txt', 'none.png', 'in/a.png'])).toEqual({
      found: ['in/a.png as a.png'],
      faults: [
        expect.stringMatching(/^NOT_FOUND \/empty: no image in this folder; .*\.png/),
        expect.stringMatching(/^NOT_FOUND \/in\/\*\.tif: nothing matches this pattern/),
        expect.stringMatching(/^NOT_FOUND \/in\/\*\.txt: no image matches this pattern/),
        'NOT_FOUND /none.png: could not be read: there is no such file or folder.',
      ],
    });
  });

  it('follows circular links once and keeps a dangling link to report it', async () => {
    const tree = join(folder, 'links');
    mkdirSync(join(tree, 'a/b'), { recursive: true });
    writeFileSync(join(tree, 'a/b/1.png'), '');
    symlinkSync('../..', join(tree, 'a/b/up'));
    symlinkSync('self', join(tree, 'self'));
    symlinkSync('nowhere', join(tree, 'lost.png'));
    symlinkSync('a/b/1.png', join(tree, 'one.png'));
    expect(await find(['links'])).toEqual({
      found: [
        'links/a/b/1.png as a/b/1.png',
        'links/lost.png as lost.png',
        'links/one.png as one.png',
      ],
      faults: [],
    });
    expect((await find(['links/**/1.png'])).found).toEqual(['links/a/b/1.png as a/b/1.png']);
    expect((await find(['links/self'])).faults).toEqual([
      'READ_FAILED /links/self: could not be read: too many symbolic links.',
    ]);
  });

  it('reports an unreadable folder and finds its neighbours', async (context) => {
    const { geteuid, seteuid } = process;
    if (geteuid === undefined || seteuid === undefined) {
      return context.skip('this system has no permissions of this kind');
    }
    mkdirSync(join(folder, 'mixed/closed'), { recursive: true });
    writeFileSync(join(folder, 'mixed/open.png'), '');
    chmodSync(join(folder, 'mixed/closed'), 0);
    // The superuser can read everything.
    const superuser = geteuid() === 0;
    if (superuser) seteuid(65534);
    try {
      expect(await find(['mixed'])).toEqual({
        found: ['mixed/open.png as open.png'],
        faults: ['READ_FAILED /mixed/closed: could not be read: permission denied.'],
      });
    } finally {
      if (superuser) seteuid(0);
      chmodSync(join(folder, 'mixed/closed'), 0o755);
    }
  });
});

it.each([
  ['-', "image '-': standard input is not read; name a file."],
  [
    'https://example.org/a.png?size=1',
    "image 'https://example.org/a.png?size=1': it is a URL, and images are read from files; download it first.",
  ],
])('says that %s is no path', async (arg, message) => {
  const { images, faults } = await findImages([arg], join(folder, 'out'));
  expect(images).toEqual([]);
  expect(faults.map(({ error }) => [error.code, error.message])).toEqual([
    ['INVALID_ARGUMENT', message],
  ]);
});

it("says that an image '' is empty", async () => {
  const { images, faults } = await findImages([''], join(folder, 'out'));
  expect(images).toEqual([]);
  expect(faults.map(({ error }) => error.message)).toEqual(["image '': it is empty; name a path."]);
});

describe('a named file of another format', () => {
  it('is a fault of its own, and the others are found', async () => {
    for (const name of ['x.bmp', 'bare']) writeFileSync(join(folder, name), '');
    const { images, faults } = await findImages(
      ['starling.png', 'x.bmp', 'bare'].map((name) => join(folder, name)),
      join(folder, 'out'),
    );
    expect(images.map(({ name }) => name)).toEqual(['starling.png']);
    expect(faults.map(({ error }) => [error.code, error.message])).toEqual([
      [
        'INVALID_ARGUMENT',
        `${folder}/x.bmp: BMP is not read; convert it to PNG, TIFF or JPEG first.`,
      ],
      [
        'INVALID_ARGUMENT',
        expect.stringContaining(`${folder}/bare: its name has no extension; images end in .png`),
      ],
    ]);
  });
});

let resultFolder = '';
const at = (...parts: string[]) => join(resultFolder, ...parts);
const picture = (path: string, name: string) => ({ path: at(path), name });
beforeAll(() => {
  resultFolder = mkdtempSync(join(tmpdir(), 'graft-place-'));
  mkdirSync(at('in'));
  mkdirSync(at('other'));
  for (const file of ['in/a.png', 'other/a.png', 'a-file']) writeFileSync(at(file), '');
  symlinkSync('in', at('link'));
  symlinkSync('nowhere', at('dangling'));
});
afterAll(() => rmSync(resultFolder, { recursive: true }));

describe('placeResults', () => {
  it.each([
    ['a path through a file', 'a-file/x', /a-file.*' is a file; choose another path/],
    ['a link to nothing', 'dangling', /it is a link to 'nowhere', which does not exist; make that/],
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
    expect(() => placeResults(pictures, resultFolder)).toThrow(
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
