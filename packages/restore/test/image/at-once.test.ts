import { decodeImage, encodeImage, imageSize } from '@pip-graft/restore';
import sharp from 'sharp';
import { expect, it } from 'vitest';

const side = 64;
const pixels = Buffer.from(
  Array.from({ length: side * side * 3 }, (_, at) => (at * 7919 + (at >> 3) * 104729) % 255),
);
const source = () => sharp(pixels, { raw: { width: side, height: side, channels: 3 } });

/** What became of an image: the decoder's reason, or its size. */
const outcome = (bytes: Uint8Array): Promise<string> =>
  decodeImage(bytes).then(
    ({ width, height }) => `${width}x${height}`,
    (error: Error) => /\((.*)\)/.exec(error.message)?.[1] ?? error.message,
  );

it('judges every image by its own warnings, however many are decoded at once', async () => {
  const jpeg = await source().jpeg({ quality: 95 }).toBuffer();
  const end = jpeg.subarray(-2);
  const files = {
    cut: Buffer.concat([jpeg.subarray(0, 4000), end]),
    padded: Buffer.concat([jpeg.subarray(0, -2), Buffer.alloc(2), end]),
    png: (await source().png().toBuffer()).subarray(0, -300),
  };
  const alone = {
    cut: 'VipsJpeg: Corrupt JPEG data: premature end of data segment',
    padded: '64x64',
    png: await outcome(files.png),
  };
  expect(alone.png).toMatch(/^(pngload|vipspng|libspng)/i);
  const image = await decodeImage(jpeg);
  for (let round = 0; round < 60; round++) {
    const [cut, padded, again, png, size, written] = await Promise.all([
      outcome(files.cut),
      outcome(files.padded),
      outcome(files.padded),
      outcome(files.png),
      imageSize(files.padded),
      encodeImage(image, 'png'),
    ]);
    expect({ cut, padded, png }).toEqual(alone);
    expect([again, size.width, written[1]]).toEqual(['64x64', side, 0x50]);
  }
});
