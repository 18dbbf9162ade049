import type { Image } from './image.ts';

/** Clips an image to 0 … 1 and rounds it to multiples of 1/255, like an 8-bit file. */
export function roundToEightBits(image: Image): Image {
  const data = new Float32Array(image.data.length);
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.round(Math.min(1, Math.max(0, image.data[i]!)) * 255) / 255;
  }
  return { ...image, data, bitDepth: 8 };
}
