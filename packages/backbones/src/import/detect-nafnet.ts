import { GraftError } from '@pip-graft/onnx-graft';
import type { NafnetConfig } from '../networks/nafnet-config.ts';
import type { Shapes } from './shapes.ts';

/** Each level halves the image; published networks have four. */
const mostLevels = 8;

export function isNafnet(shapes: Shapes): boolean {
  return ['intro.weight', 'ending.weight', 'ups.0.0.weight', 'downs.0.weight'].every((name) =>
    shapes.has(name),
  );
}

/** Sizes of a NAFNet. Local attention cannot be detected: the weights are the same. */
export function detectNafnet(shapes: Shapes): NafnetConfig {
  const levels = shapes.count('downs');
  if (levels > mostLevels) {
    throw new GraftError(
      'CORRUPT_FILE',
      `${shapes.label}: it has ${levels} levels; at most ${mostLevels} are built.`,
    );
  }
  const perLevel = (name: string) =>
    Array.from({ length: levels }, (_, level) => shapes.blocks(`${name}.${level}`));
  return {
    imageChannels: shapes.channels('intro.weight', 1),
    width: shapes.channels('intro.weight', 0),
    encoder: perLevel('encoders'),
    middle: shapes.blocks('middle_blks'),
    decoder: perLevel('decoders'),
  };
}
