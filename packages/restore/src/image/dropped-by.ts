import type { Image } from '@pip-graft/imaging';
import type { ImageFormat } from './formats.ts';

/** What an image has that a format cannot hold, in words: its transparency, its 16 bits. */
export function droppedBy({ alpha, bitDepth }: Image, format: ImageFormat): string[] {
  const seeThrough = alpha?.some((value) => value < 1) === true;
  return [
    ...(seeThrough && format === 'jpeg' ? ['transparency'] : []),
    ...(bitDepth === 16 && format !== 'png' && format !== 'tiff' ? ['16 bits a channel'] : []),
  ];
}
