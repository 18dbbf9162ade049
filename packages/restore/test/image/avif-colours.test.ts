import { decodeImage } from '@pip-graft/restore';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

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

const read = async (bytes: Uint8Array) => {
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
    expect(await read(await avif(primary, transfer))).toEqual({ colour: [160, 100, 90] });
  });

  it('are converted from Display P3', async () => {
    expect(await read(await avif(12, 13))).toEqual({
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
