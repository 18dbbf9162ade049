import { type Image, imageOf } from '@pip-graft/imaging';
import { decodeImage, encodeImage, imageSize } from '@pip-graft/restore';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { colourProfile } from '../../src/image/colour-profile.ts';
import { pngWith } from './png-with.ts';

const rgb = (width: number, height: number, top: number): Image => {
  const length = 3 * width * height;
  const data = Float32Array.from({ length }, (_, i) => ((i * 7919) % (top + 1)) / top);
  return { ...imageOf(width, height, data), bitDepth: top > 255 ? 16 : 8 };
};

/** An image with equal planes. */
const grey = (top: number): Image => {
  const plane = Array.from({ length: 20 }, (_, i) => ((i * 7919) % (top + 1)) / top);
  const data = Float32Array.from([...plane, ...plane, ...plane]);
  return { ...imageOf(5, 4, data), bitDepth: top > 255 ? 16 : 8, origin: { grey: true } };
};

const metadata = (bytes: Uint8Array) => sharp(bytes).metadata();

describe('grey', () => {
  test.each([
    ['png', 255],
    ['tiff', 255],
    ['png', 65535],
  ] as const)('%s with values up to %i stays grey, bit for bit', async (format, top) => {
    const bytes = await encodeImage(grey(top), format);
    expect((await metadata(bytes)).channels).toBe(1);
    expect(await decodeImage(bytes)).toEqual(grey(top));
  });

  test('keeps alpha', async () => {
    const alpha = Float32Array.from({ length: 20 }, (_, i) => i / 255);
    const bytes = await encodeImage({ ...grey(255), alpha }, 'png');
    expect((await metadata(bytes)).channels).toBe(2);
    expect(await decodeImage(bytes)).toEqual({ ...grey(255), alpha });
  });

  test('JPEG keeps a single channel', async () => {
    const bytes = await encodeImage(grey(255), 'jpeg');
    expect((await metadata(bytes)).channels).toBe(1);
    expect((await decodeImage(bytes)).origin).toEqual({ grey: true });
  });

  test('16-bit TIFF becomes RGB with the same values', async () => {
    const { origin: _, ...plain } = grey(65535);
    expect(await decodeImage(await encodeImage(grey(65535), 'tiff'))).toEqual(plain);
  });

  test('turns colours added by a network into luma', async () => {
    const red = { ...imageOf(1, 1, Float32Array.from([1, 0, 0])), origin: { grey: true } } as const;
    const back = await decodeImage(await encodeImage(red, 'png'));
    expect([...back.data]).toEqual([54, 54, 54].map((value) => Math.fround(value / 255)));
  });
});

describe('colour profiles', () => {
  // Saturated but inside sRGB; computed with the published matrices of both spaces.
  const codes = [160, 100, 90];
  const wanted = [170, 96, 87];

  test('converts 16-bit Display P3 to sRGB', async () => {
    const raw = { width: 1, height: 1, channels: 3 } as const;
    // sharp treats 16 bits as P3 already, so the values stay and get the profile.
    const p3 = await sharp(
      Uint16Array.from(codes, (code) => code * 257),
      { raw },
    )
      .toColourspace('rgb16')
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const image = await decodeImage(p3);
    expect([...image.data].map((value) => Math.round(value * 255))).toEqual(wanted);
    expect(image).toMatchObject({ bitDepth: 16, origin: { profile: true } });
  });

  test('8 bits with a profile keep their values', async () => {
    const raw = { width: 1, height: 1, channels: 3 } as const;
    const p3 = await sharp(Uint8Array.from(codes), { raw }).withIccProfile('p3').png().toBuffer();
    const image = await decodeImage(p3);
    const off = [...image.data].map((value, i) => Math.abs(Math.round(value * 255) - codes[i]!));
    expect(Math.max(...off)).toBeLessThanOrEqual(1);
    expect(image.origin).toMatchObject({ profile: true });
  });

  test.each([8, 16] as const)('applies the profile of grey of %i bits', async (bits) => {
    // Half of the light, by a profile without gamma.
    const deep = bits === 16;
    const raw = { width: 1, height: 1, channels: 1 } as const;
    const samples = deep ? Uint16Array.of(32_768) : Uint8Array.of(128);
    const png = await sharp(samples, { raw })
      .toColourspace(deep ? 'grey16' : 'b-w')
      .png()
      .toBuffer();
    const profile = colourProfile({ white: [0.3127, 0.329], gamma: 1 });
    const image = await decodeImage(pngWith(png, 'iCCP', profile));
    expect([...image.data].map((value) => Math.round(value * 255))).toEqual([188, 188, 188]);
    expect(image).toMatchObject({ bitDepth: bits, origin: { grey: true, profile: true } });
  });

  test.each(['png', 'tiff', 'jpeg', 'webp'] as const)(
    'tags a result in %s as sRGB only if its source had a profile',
    async (format) => {
      const image = rgb(7, 5, 255);
      const tagged = { ...image, origin: { profile: true, lossless: true } } as const;
      const bytes = await encodeImage(tagged, format);
      expect((await metadata(bytes)).hasProfile).toBe(true);
      if (format !== 'jpeg') expect((await decodeImage(bytes)).data).toEqual(image.data);
      expect((await metadata(await encodeImage(image, format))).hasProfile).toBe(false);
    },
  );

  test('tags a 16-bit PNG with an sRGB chunk and keeps its values', async () => {
    const image = rgb(7, 5, 65535);
    const bytes = await encodeImage({ ...image, origin: { profile: true } }, 'png');
    const at = Buffer.from(bytes).indexOf('sRGB');
    expect(at).toBe(8 + 25 + 4);
    expect((await decodeImage(bytes)).data).toEqual(image.data);
  });
});

describe('other kinds', () => {
  test('lossless WebP stays lossless, with and without alpha', async () => {
    const image = { ...rgb(7, 5, 255), origin: { lossless: true } } as const;
    expect(await decodeImage(await encodeImage(image, 'webp'))).toEqual(image);
    // From 0: the colours of transparent pixels stay too.
    const alpha = Float32Array.from({ length: 35 }, (_, i) => i / 255);
    const clear = { ...image, alpha };
    expect(await decodeImage(await encodeImage(clear, 'webp'))).toEqual(clear);
    const lossy = await decodeImage(await encodeImage(rgb(7, 5, 255), 'webp'));
    expect(lossy.origin).toBeUndefined();
  });

  test('reads CMYK as RGB and writes it as RGB', async () => {
    const base = sharp({ create: { width: 8, height: 8, channels: 3, background: '#40a060' } });
    const cmyk = await base.toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await metadata(cmyk)).space).toBe('cmyk');
    const image = await decodeImage(cmyk);
    const [red, green, blue] = [0, 64, 128].map((at) => image.data[at]! * 255);
    expect(red).toBeGreaterThan(40);
    expect(red).toBeLessThan(90);
    expect(green).toBeGreaterThan(140);
    expect(blue).toBeGreaterThan(75);
    expect(blue).toBeLessThan(115);
    expect((await metadata(await encodeImage(image, 'jpeg'))).space).toBe('srgb');
  });

  const frames = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        sharp({
          create: { width: 4, height: 3, channels: 3, background: { r: index * 80, g: 9, b: 0 } },
        })
          .png()
          .toBuffer(),
      ),
    );

  test.each(['webp', 'tiff'] as const)(
    'reads the first of several frames in %s, and their number',
    async (format) => {
      const joined = sharp(await frames(3), { join: { animated: true } });
      const bytes = await (format === 'webp'
        ? joined.webp({ lossless: true })
        : joined.tiff({ compression: 'lzw' })
      ).toBuffer();
      expect(await imageSize(bytes)).toEqual({ width: 4, height: 3, pages: 3 });
      const image = await decodeImage(bytes);
      expect([image.width, image.height, image.data[0], image.origin?.pages]).toEqual([4, 3, 0, 3]);
      expect(image.origin?.lossless).toBe(format === 'webp' ? true : undefined);
    },
  );

  test('counts the frames of an animated PNG, which decoders take for one', async () => {
    const control = Buffer.from('0000000300000000', 'hex');
    const bytes = pngWith((await frames(1))[0]!, 'acTL', control);
    expect(await imageSize(bytes)).toEqual({ width: 4, height: 3, pages: 3 });
    expect((await decodeImage(bytes)).origin).toMatchObject({ pages: 3 });
  });

  test('rejects floating-point samples instead of guessing', async () => {
    await expect(decodeImage(floatTiff())).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message: expect.stringContaining('its samples are float, and 8 or 16 bits are read'),
    });
  });

  test.each([
    ['RGB', 2, [51, 102, 153, 204, 7]],
    ['grey', 1, [51, 204, 7]],
  ])('takes the first channel beside %s for alpha, not the last', async (_, kind, samples) => {
    const { data, alpha } = await decodeImage(extraTiff(kind, samples));
    expect(Math.round(data[0]! * 255)).toBe(51);
    expect([...alpha!].map((value) => Math.round(value * 255))).toEqual([204]);
  });

  test('rejects CMYK of 16 bits with transparency, which sharp would make opaque', async () => {
    await expect(decodeImage(deepCmykTiff())).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message: expect.stringContaining('it is CMYK of 16 bits with transparency'),
    });
  });

  test('rejects empty and unreadable data when asked for its size', async () => {
    await expect(imageSize(new Uint8Array(), 'x.png')).rejects.toThrow(/x\.png: .*empty/);
    await expect(imageSize(Buffer.from('text'), 'x.png')).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
    });
  });
});

type Entry = readonly [tag: number, type: number, value: number, count?: number];

/** A TIFF of one grey float32 pixel, little-endian. */
function floatTiff(): Buffer {
  const data = Buffer.alloc(4);
  data.writeFloatLE(0.5);
  return tiffOf(data, [
    [256, 4, 1],
    [257, 4, 1],
    [258, 3, 32],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 4, 1],
    [279, 4, 4],
    [339, 3, 3],
  ]);
}

/** A TIFF of one pixel of cyan, magenta, yellow, black and alpha. */
function deepCmykTiff(): Buffer {
  const samples = Uint16Array.of(9000, 9000, 9000, 9000, 30_000);
  const bits = Uint16Array.of(16, 16, 16, 16, 16);
  const data = Buffer.concat([samples, bits].map((part) => Buffer.from(part.buffer)));
  return tiffOf(data, [
    [256, 4, 1],
    [257, 4, 1],
    [258, 3, 18, 5],
    [259, 3, 1],
    [262, 3, 5],
    [273, 4, 8],
    [277, 3, 5],
    [278, 4, 1],
    [279, 4, 10],
    [338, 3, 2],
  ]);
}

/** A TIFF of one pixel of bytes, the last two beside the colours: alpha, and something else. */
function extraTiff(kind: number, samples: readonly number[]): Buffer {
  const count = samples.length;
  const bits = Uint16Array.from(samples, () => 8);
  const padded = Buffer.alloc(8);
  padded.set(samples);
  return tiffOf(Buffer.concat([padded, Buffer.from(bits.buffer)]), [
    [256, 4, 1],
    [257, 4, 1],
    [258, 3, 16, count],
    [259, 3, 1],
    [262, 3, kind],
    [273, 4, 8],
    [277, 3, count],
    [278, 4, 1],
    [279, 4, count],
    [338, 3, 2, 2],
  ]);
}

/** A little-endian TIFF with data from byte 8 and one directory. */
function tiffOf(data: Buffer, entries: readonly Entry[]): Buffer {
  const first = 8 + data.length;
  const bytes = Buffer.alloc(first + 2 + entries.length * 12 + 4);
  bytes.write('II');
  bytes.writeUInt16LE(42, 2);
  bytes.writeUInt32LE(first, 4);
  data.copy(bytes, 8);
  bytes.writeUInt16LE(entries.length, first);
  for (const [index, [tag, type, value, count = 1]] of entries.entries()) {
    const at = first + 2 + index * 12;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  }
  return bytes;
}
