import { decodeImage } from '@pip-graft/restore';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

const [width, height] = [96, 64];
const pixels = Buffer.from(
  Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    return 128 + 60 * Math.sin(x / 7) + 40 * Math.cos(y / 5) + ((at * 7919) % 17);
  }),
);
const source = () => sharp(pixels, { raw: { width, height, channels: 3 } });

const tiff = (options: Parameters<ReturnType<typeof sharp>['tiff']>[0]) => () =>
  source().tiff(options).toBuffer();

/** Sixty-four zeros in the middle, as a failing disk leaves them. */
function zeroed(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  const at = Math.floor(copy.length / 2);
  return copy.fill(0, at, at + 64);
}

/**
 * One uncompressed strip, written by hand so that its directory comes first and the file can be
 * cut.
 */
function rawTiff({
  compression = 1,
  counts = 768,
  extra = [] as [number, number, number, number][],
} = {}) {
  const entries: [number, number, number, number][] = [
    [256, 4, 1, 16],
    [257, 4, 1, 16],
    [258, 3, 3, 0],
    [259, 3, 1, compression],
    [262, 3, 1, 2],
    [273, 4, 1, 0],
    [277, 3, 1, 3],
    [278, 4, 1, 16],
    [279, 4, 1, counts],
    ...extra,
  ];
  const bits = 8 + 2 + 12 * entries.length + 4;
  const bytes = Buffer.alloc(bits + 6 + 768, 200);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(entries.length, 8);
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    const at = 10 + 12 * index;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(tag === 258 ? bits : tag === 273 ? bits + 6 : value, at + 8);
  }
  bytes.writeUInt32LE(0, bits - 4);
  for (const at of [0, 2, 4]) bytes.writeUInt16LE(8, bits + at);
  return bytes;
}

describe('rejects a file that cannot be decoded completely, whatever its format', () => {
  const damaged: [string, () => Promise<Uint8Array> | Uint8Array][] = [
    ['a TIFF of strips, cut', () => rawTiff().subarray(0, -100)],
    ['a TIFF packed in a way that is not known', () => rawTiff({ compression: 34925 })],
    ['a TIFF with LZW', async () => zeroed(await tiff({ compression: 'lzw' })())],
    ['a TIFF with Deflate', async () => zeroed(await tiff({ compression: 'deflate' })())],
    [
      'a TIFF of tiles',
      async () =>
        zeroed(await tiff({ compression: 'deflate', tile: true, tileWidth: 32, tileHeight: 32 })()),
    ],
    [
      'a JPEG',
      async () => zeroed(await source().jpeg({ quality: 90, progressive: true }).toBuffer()),
    ],
    ['a PNG', async () => zeroed(await source().png().toBuffer())],
    ['a WebP without loss', async () => zeroed(await source().webp({ lossless: true }).toBuffer())],
    ['an AVIF', async () => zeroed(await source().avif().toBuffer())],
  ];
  it.each(damaged)('%s', async (_name, make) => {
    await expect(decodeImage(await make())).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message: expect.stringMatching(/^image: not a readable image \([^\n]+\)/),
    });
  });
});

describe('reads files that are odd but complete', () => {
  const odd: [string, () => Uint8Array][] = [
    ['nothing odd', () => rawTiff()],
    ['a directory that is not sorted', () => rawTiff({ extra: [[254, 4, 1, 0]] })],
    ['a mark of a thumbnail and no other page', () => rawTiff({ extra: [[254, 4, 1, 1]] })],
    ['a text of a wrong type', () => rawTiff({ extra: [[305, 99, 6, 0]] })],
    ['a text without its end', () => rawTiff({ extra: [[305, 2, 4, 0x41414141]] })],
    ['a length of its strip that is short', () => rawTiff({ counts: 700 })],
    ['an orientation of 0, as scanners write it', () => rawTiff({ extra: [[274, 3, 1, 0]] })],
    ['an unknown orientation', () => rawTiff({ extra: [[274, 3, 1, 9]] })],
    ['an unknown unit of resolution', () => rawTiff({ extra: [[296, 3, 1, 0]] })],
  ];
  it.each(odd)('a TIFF with %s', async (_name, make) => {
    const image = await decodeImage(make());
    expect(image.data.every((value) => value === Math.fround(200 / 255))).toBe(true);
  });

  it('a JPEG with a scan header as some phones write it', async () => {
    const bytes = await source()
      .jpeg({ quality: 90, progressive: false, mozjpeg: false })
      .toBuffer();
    const good = await decodeImage(bytes);
    const scan = bytes.indexOf(Buffer.from([0xff, 0xda]));
    bytes[scan + 1 + bytes.readUInt16BE(scan + 2)] = 0x11;
    expect((await decodeImage(bytes)).data).toEqual(good.data);
  });
});

it('says what to do about a kind of TIFF that is not read', async () => {
  await expect(decodeImage(rawTiff({ compression: 34_712 }))).rejects.toThrow(
    /^image: not a readable image \(.*34712.*\); copy or download it again, or export it as a PNG/,
  );
});

it('rejects a TIFF whose first page is a thumbnail of another', async () => {
  const thumbnail: [number, number, number, number] = [254, 4, 1, 1];
  const inside = rawTiff({ extra: [thumbnail, [330, 4, 1, 8]] });
  const after = rawTiff({ extra: [thumbnail] });
  // Where the next directory is.
  after.writeUInt32LE(8, 10 + 12 * after.readUInt16LE(8));
  for (const bytes of [inside, after]) {
    await expect(decodeImage(bytes)).rejects.toThrow(
      /its first page is a small copy of another page.*; copy or download it again, or export it as a PNG/,
    );
  }
});

it('does not draw an SVG, whatever its name says', async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
  await expect(decodeImage(Buffer.from(svg), { label: 'photo.png' })).rejects.toThrow(
    'photo.png: not a readable image (it is an SVG drawing); convert it to PNG, TIFF or JPEG first.',
  );
});

it('says in words that the header is damaged', async () => {
  const bytes = (await source().png().toBuffer()).subarray(0, 20);
  await expect(decodeImage(bytes)).rejects.toThrow(
    'not a readable image (its header is damaged or the file is truncated); copy or download it again, or export it',
  );
});
