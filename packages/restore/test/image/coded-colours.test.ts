import { decodeImage } from '@pip-graft/restore';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { pngWith } from './png-with.ts';

/** An AVIF file of one colour, inside sRGB as Display P3 too, that says it has these code points. */
async function avif(primary: number, transfer: number): Promise<Buffer> {
  const background = { r: 160, g: 100, b: 90 };
  const bytes = await sharp({ create: { width: 16, height: 16, channels: 3, background } })
    .avif({ lossless: true, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const at = bytes.indexOf('colrnclx');
  expect(at).toBeGreaterThan(0);
  bytes.writeUInt16BE(primary, at + 8);
  bytes.writeUInt16BE(transfer, at + 10);
  return bytes;
}

const readAvif = async (bytes: Uint8Array) => {
  const { data, origin } = await decodeImage(bytes);
  return { colour: [0, 256, 512].map((at) => Math.round(data[at]! * 255)), origin };
};

describe('colours of an AVIF file without a profile', () => {
  it.each([
    ['sRGB', 1, 13],
    ['video, which encoders say of still images', 1, 1],
    ['unspecified', 2, 2],
    ['unknown', 99, 99],
  ])('stay as they are: %s', async (_name, primary, transfer) => {
    expect(await readAvif(await avif(primary, transfer))).toEqual({ colour: [160, 100, 90] });
  });

  it('are converted from Display P3', async () => {
    expect(await readAvif(await avif(12, 13))).toEqual({
      colour: [170, 96, 87],
      origin: { profile: true },
    });
  });

  it.each([16, 18])('are rejected with high dynamic range: %i', async (transfer) => {
    await expect(decodeImage(await avif(9, transfer))).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message: expect.stringContaining('high dynamic range') as string,
    });
  });

  it.each([0, 8, 20, 60, 100])('are those of an invalid file, cut at %i bytes', async (end) => {
    await expect(decodeImage((await avif(12, 13)).subarray(0, end))).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
    });
  });
});

const codes = [10, 128, 200];

const png = (channels: 1 | 3 = 3, space = 'srgb'): Promise<Buffer> =>
  sharp(Uint8Array.from(channels === 1 ? [128] : codes), { raw: { width: 1, height: 1, channels } })
    .toColourspace(space)
    .png()
    .toBuffer();

/** A `gAMA` chunk: the power that made codes from light. */
function gamma(encoding: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(Math.round(encoding * 100_000));
  return data;
}

/** A `cHRM` chunk: x and y of white, red, green and blue. */
function chromaticities(...values: number[]): Buffer {
  const data = Buffer.alloc(32);
  for (const [at, value] of values.entries()) data.writeUInt32BE(value * 100_000, 4 * at);
  return data;
}

const srgb = chromaticities(0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06);
const adobe = chromaticities(0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06);

async function read(bytes: Uint8Array): Promise<number[]> {
  return [...(await decodeImage(bytes)).data].map((value) => Math.round(value * 255));
}

/** The code of sRGB for light of 0 to 1. */
const encoded = (light: number): number =>
  Math.round(255 * (light <= 0.003_130_8 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));

describe('colours of a PNG without a profile', () => {
  it('stay as they are without other chunks', async () => {
    expect(await read(await png())).toEqual(codes);
  });

  it.each([
    ['light itself', 1],
    ['old Macs', 1 / 1.8],
  ])('follow gAMA: %s', async (_name, encoding) => {
    const wanted = codes.map((code) => encoded((code / 255) ** (1 / encoding)));
    const bytes = pngWith(await png(), 'gAMA', gamma(encoding));
    expect(await read(bytes)).toEqual(wanted);
    expect((await decodeImage(bytes)).origin).toMatchObject({ profile: true });
  });

  it('follow gAMA in grey', async () => {
    const bytes = pngWith(await png(1, 'b-w'), 'gAMA', gamma(1));
    expect(await read(bytes)).toEqual([188, 188, 188]);
  });

  it('follow gAMA and cHRM', async () => {
    const wide = pngWith(pngWith(await png(), 'cHRM', adobe), 'gAMA', gamma(1 / 2.2));
    // Adobe RGB, as lcms and browsers convert it.
    const converted = await read(wide);
    expect(converted[0]).toBe(0);
    expect(converted[1]).toBeGreaterThan(127);
    expect(converted[2]).toBeGreaterThan(200);
  });

  it.each([
    ['gAMA of sRGB', async () => pngWith(await png(), 'gAMA', gamma(0.454_55))],
    [
      'gAMA and cHRM of sRGB, as ImageMagick writes them',
      async () => pngWith(pngWith(await png(), 'cHRM', srgb), 'gAMA', gamma(0.454_55)),
    ],
    ['cHRM alone', async () => pngWith(await png(), 'cHRM', adobe)],
    ['gAMA of 0', async () => pngWith(await png(), 'gAMA', gamma(0))],
    [
      'sRGB beside gAMA',
      async () => pngWith(pngWith(await png(), 'gAMA', gamma(1)), 'sRGB', Buffer.alloc(1)),
    ],
    ['cICP of sRGB', async () => pngWith(await png(), 'cICP', Buffer.from([1, 13, 0, 1]))],
    [
      'cICP that is not known',
      async () => pngWith(await png(), 'cICP', Buffer.from([99, 99, 0, 1])),
    ],
  ])('stay as they are with %s', async (_name, bytes) => {
    expect(await read(await bytes())).toEqual(codes);
  });

  it('follow cICP: Display P3', async () => {
    // Inside sRGB; computed with the published matrices of both spaces.
    const raw = { width: 1, height: 1, channels: 3 } as const;
    const plain = await sharp(Uint8Array.of(160, 100, 90), { raw })
      .png()
      .toBuffer();
    const bytes = pngWith(plain, 'cICP', Buffer.from([12, 13, 0, 1]));
    expect(await read(bytes)).toEqual([170, 96, 87]);
  });

  it.each([
    ['PQ', 16],
    ['HLG', 18],
  ])('are rejected in %s, which is not sRGB in any way', async (name, transfer) => {
    const bytes = pngWith(await png(), 'cICP', Buffer.from([9, transfer, 0, 1]));
    await expect(decodeImage(bytes)).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message: expect.stringContaining(`high dynamic range (${name})`) as string,
    });
  });
});
