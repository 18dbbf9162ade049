import { imageOf } from '@pip-graft/imaging';
import { decodeImage, droppedBy, encodeImage } from '@pip-graft/restore';
import { expect, it } from 'vitest';

const image = imageOf(1, 1, Float32Array.from([0.25, 0.5, 0.75]));

it('names what a format cannot hold', () => {
  const deep = { ...image, bitDepth: 16, alpha: Float32Array.from([0.5]) } as const;
  expect(droppedBy(deep, 'jpeg')).toEqual(['transparency', '16 bits a channel']);
  expect(droppedBy(deep, 'webp')).toEqual(['16 bits a channel']);
  expect(droppedBy(deep, 'png')).toEqual([]);
  expect(droppedBy({ ...image, alpha: Float32Array.from([1]) }, 'jpeg')).toEqual([]);
});

it('writes and reads AVIF', async () => {
  const grey = imageOf(16, 16, new Float32Array(768).fill(0.5));
  const back = await decodeImage(await encodeImage(grey, 'avif'));
  expect([back.width, back.height]).toEqual([16, 16]);
  expect(Math.max(...back.data.map((value) => Math.abs(value - 0.5)))).toBeLessThan(0.02);
});

it('names HEIC as unreadable and says what to do', async () => {
  const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
  await expect(decodeImage(heic)).rejects.toThrow(
    'image: not a readable image (it is an HEIC image); convert it to PNG, TIFF or JPEG first.',
  );
});
