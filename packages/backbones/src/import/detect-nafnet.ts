import type { NafnetConfig } from '../build/nafnet-config.ts';
import type { Shapes } from './shapes.ts';

export function isNafnet(shapes: Shapes): boolean {
  return ['intro.weight', 'ending.weight', 'ups.0.0.weight', 'downs.0.weight'].every((name) =>
    shapes.has(name),
  );
}

/** A NAFNet's sizes. That it attends locally cannot be seen: the weights are the same. */
export function detectNafnet(shapes: Shapes): NafnetConfig {
  const levels = shapes.count('downs');
  const perLevel = (name: string) =>
    Array.from({ length: levels }, (_, level) => shapes.count(`${name}.${level}`));
  return {
    imageChannels: shapes.size('intro.weight', 4, 1),
    width: shapes.size('intro.weight', 4, 0),
    encoder: perLevel('encoders'),
    middle: shapes.count('middle_blks'),
    decoder: perLevel('decoders'),
  };
}
