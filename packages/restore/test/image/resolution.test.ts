import { imageOf } from '@pip-graft/imaging';
import { decodeImage, encodeImage } from '@pip-graft/restore';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

const raw = { width: 4, height: 4, channels: 3 } as const;
const source = () => sharp(Buffer.alloc(48, 120), { raw });
const image = { ...imageOf(4, 4, new Float32Array(48).fill(0.5)), origin: { density: 300 } };
const plain = imageOf(4, 4, new Float32Array(48).fill(0.5));

/** `XResolution` and `ResolutionUnit` of a TIFF of one page. */
function tiffTags(bytes: Uint8Array): { per: number; unit: number } {
  const tiff = Buffer.from(bytes);
  const first = tiff.readUInt32LE(4);
  const value = (tag: number): number => {
    for (let at = first + 2; ; at += 12) if (tiff.readUInt16LE(at) === tag) return at + 8;
  };
  const at = tiff.readUInt32LE(value(282));
  return {
    per: tiff.readUInt32LE(at) / tiff.readUInt32LE(at + 4),
    unit: tiff.readUInt16LE(value(296)),
  };
}

describe('the resolution of a file', () => {
  it.each(['png', 'jpeg', 'tiff'] as const)('is kept in %s', async (format) => {
    const file = await source().withMetadata({ density: 300 }).toFormat(format).toBuffer();
    const { origin, ...read } = await decodeImage(file);
    expect(origin).toEqual({ profile: true, density: 300 });
    const written = await encodeImage({ ...read, origin: { density: 300 } }, format);
    const { density, exif, hasProfile } = await sharp(written).metadata();
    expect({ density, exif, hasProfile }).toEqual({ density: 300, hasProfile: false });
    expect((await decodeImage(written)).origin).toEqual({ density: 300 });
  });

  it('is kept with 16 bits and a profile', async () => {
    const deep = { ...image, bitDepth: 16, origin: { density: 300, profile: true } } as const;
    const { density, depth } = await sharp(await encodeImage(deep, 'png')).metadata();
    expect({ density, depth }).toEqual({ density: 300, depth: 'ushort' });
    expect(tiffTags(await encodeImage(deep, 'tiff'))).toEqual({ per: 300, unit: 2 });
  });

  it.each([1, 25.4, 72, 96, 299.7, 2400])('of %d in a PNG is kept', async (density) => {
    const written = await encodeImage({ ...plain, origin: { density } }, 'png');
    expect((await decodeImage(written)).origin).toEqual({ density });
  });

  it.each(['webp', 'avif'] as const)('is not in %s', async (format) => {
    expect((await sharp(await encodeImage(image, format)).metadata()).exif).toBeUndefined();
  });

  it.each(['png', 'jpeg', 'tiff', 'webp', 'avif'] as const)(
    'is not invented for %s',
    async (format) => {
      const written = Buffer.from(await encodeImage(plain, format));
      expect((await decodeImage(written)).origin).toBeUndefined();
      expect(written.includes('pHYs')).toBe(false);
      expect(written.includes('JFIF')).toBe(false);
      if (format === 'tiff') expect(tiffTags(written)).toEqual({ per: 1, unit: 1 });
    },
  );

  it('is not what sharp takes a JPEG without a unit for', async () => {
    const jpeg = Buffer.from(await encodeImage(image, 'jpeg'));
    expect(jpeg.subarray(0, 16).toString('hex')).toBe('ffd8ffe000104a46494600010201012c');
    jpeg[13] = 0;
    expect((await decodeImage(jpeg)).origin).toBeUndefined();
  });
});
