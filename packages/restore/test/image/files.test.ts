import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Image, imageOf } from '@pip-graft/imaging';
import { decodeImage, encodeImage, formatOf, readImage, writeImage } from '@pip-graft/restore';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);

/** A 7x5 image whose values a bit depth can hold exactly. */
function picture(top: number): Image {
  const data = Float32Array.from({ length: 105 }, (_, i) => ((i * 7919) % (top + 1)) / top);
  return { ...imageOf(7, 5, data), bitDepth: top > 255 ? 16 : 8 };
}

describe('round trips', () => {
  test.each(['a.png', 'a.tiff', 'a.tif'])('%s keeps 8 bits exactly', async (name) => {
    await writeImage(at(name), picture(255));
    expect(await readImage(at(name))).toEqual(picture(255));
  });

  test.each(['b.png', 'b.tiff'])('%s keeps 16 bits exactly, with alpha', async (name) => {
    const image = {
      ...picture(65535),
      alpha: Float32Array.from({ length: 35 }, (_, i) => i / 65535),
    };
    await writeImage(at(name), image);
    expect(await readImage(at(name))).toEqual(image);
  });

  test.each(['c.jpg', 'c.JPEG', 'c.webp'])('%s stays close to a smooth image', async (name) => {
    const smooth = imageOf(
      16,
      16,
      Float32Array.from({ length: 768 }, (_, i) => 0.25 + (i % 16) / 32),
    );
    await writeImage(at(name), smooth);
    const back = await readImage(at(name));
    expect([back.width, back.height, back.bitDepth]).toEqual([16, 16, 8]);
    const worst = Math.max(...back.data.map((value, i) => Math.abs(value - smooth.data[i]!)));
    expect(worst).toBeLessThan(0.03);
  });

  test('clips values outside 0 to 1 and writes NaN as black', async () => {
    const data = Float32Array.from([-3, 5, Number.NaN]);
    const back = await decodeImage(await encodeImage(imageOf(1, 1, data), 'png'));
    expect([...back.data]).toEqual([0, 1, 0]);
  });
});

describe('output of cameras and tools', () => {
  test('turns grey into RGB, with separate alpha', async () => {
    const raw = { width: 2, height: 1, channels: 2 } as const;
    const png = await sharp(new Uint8Array([51, 255, 204, 0]), { raw })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const image = await decodeImage(png);
    expect([...image.data]).toEqual([51, 204, 51, 204, 51, 204].map((v) => Math.fround(v / 255)));
    expect([...image.alpha!]).toEqual([1, 0]);
  });

  test('applies the orientation', async () => {
    const raw = { width: 2, height: 1, channels: 3 } as const;
    const png = await sharp(new Uint8Array([255, 0, 0, 0, 0, 255]), { raw })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const image = await decodeImage(png);
    expect([image.width, image.height]).toEqual([1, 2]);
    expect([...image.data]).toEqual([1, 0, 0, 0, 0, 1]);
  });
});

describe('bad input', () => {
  const cases: [string, () => Promise<Uint8Array> | Uint8Array][] = [
    ['empty', () => new Uint8Array()],
    ['text', () => Buffer.from('hello')],
    ['a cut JPEG', async () => (await encodeImage(picture(255), 'jpeg')).subarray(0, 400)],
    ['a cut PNG', async () => (await encodeImage(picture(255), 'png')).subarray(0, 90)],
    ['a JPEG of zero size', async () => zeroSized(await encodeImage(picture(255), 'jpeg'))],
    [
      'a PNG of zero size',
      async () => {
        const bytes = Buffer.from(await encodeImage(picture(255), 'png'));
        bytes.writeUInt32BE(0, 16);
        return bytes;
      },
    ],
  ];
  test.each(cases)('%s: one line that names the file', async (_name, bytes) => {
    writeFileSync(at('bad.png'), await bytes());
    const error = await readImage(at('bad.png')).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'CORRUPT_FILE' });
    expect((error as Error).message).toMatch(/bad\.png: not a readable image \(.+\)/);
    expect((error as Error).message).not.toContain('\n');
  });

  test('reports a missing file', async () => {
    await expect(readImage(at('none.png'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('rejects more pixels than allowed', async () => {
    writeFileSync(at('big.png'), await encodeImage(picture(255), 'png'));
    await expect(readImage(at('big.png'), { pixels: 34 })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('34 pixels'),
    });
    expect((await readImage(at('big.png'), { pixels: 35 })).width).toBe(7);
  });

  test('rejects an extension that is not an image format', () => {
    expect(() => formatOf('x.gif')).toThrow(/x\.gif: images are written as \.png/);
    expect(() => formatOf('constructor')).toThrow(/images are written/);
  });

  test('says what the encoder cannot do', async () => {
    const wide = imageOf(16384, 1, new Float32Array(3 * 16384));
    await expect(encodeImage(wide, 'webp')).rejects.toMatchObject({
      code: 'RUNTIME_FAILED',
      message: expect.stringMatching(
        /^image of 16384x1: it cannot be written as webp \(.+\); use another format\.$/,
      ),
    });
  });

  test('leaves an unwritable target unchanged and nothing beside it', async () => {
    // A folder in place of the file fails for every user, including the superuser.
    mkdirSync(at('taken.png/mine'), { recursive: true });
    const before = readdirSync(folder).sort();
    await expect(writeImage(at('taken.png'), picture(255))).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: expect.stringContaining('taken.png'),
    });
    expect(readdirSync(folder).sort()).toEqual(before);
    expect(readdirSync(at('taken.png'))).toEqual(['mine']);
  });
});

/** Sets the height in the JPEG's frame header (SOF0) to 0. */
function zeroSized(jpeg: Uint8Array): Uint8Array {
  const bytes = Buffer.from(jpeg);
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  bytes.writeUInt32BE(0, frame + 5);
  return bytes;
}
