import {
  type Backbone,
  type DetectedBackbone,
  detectBackbone,
  GraftError,
  nonFinite,
  tooWide,
  withDim,
} from '@pip-graft/graft';
import type { OpenCheckpoint } from '@pip-graft/graft/node';
import { describeNonFinite } from '@pip-graft/report/text';

/** Sizes that a caller may choose; each family has its own. */
export interface BackboneSizes {
  readonly dim?: number;
  readonly blocks?: readonly number[];
  readonly heads?: readonly number[];
  readonly refinement?: number;
  readonly middle?: number;
  readonly decoder?: readonly number[];
}

type Four = readonly [number, number, number, number];

/** Sizes that each family has. */
const choices: Readonly<Record<Backbone['family'], readonly (keyof BackboneSizes)[]>> = {
  nafnet: ['dim', 'blocks', 'middle', 'decoder'],
  restormer: ['dim', 'blocks', 'heads', 'refinement'],
  promptir: ['dim', 'blocks', 'heads', 'refinement'],
  unet: ['dim', 'blocks', 'middle', 'decoder'],
};

/** Resizes a network. Errors: `INVALID_ARGUMENT` for a size that its family does not have. */
export function resizeBackbone(backbone: Backbone, sizes: BackboneSizes): Backbone {
  const { family } = backbone;
  for (const [name, value] of Object.entries(sizes)) {
    if (value !== undefined && !choices[family].includes(name as keyof BackboneSizes)) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `--${name}: ${family} has no such size; it takes ${choices[family].map((choice) => `--${choice}`).join(', ')}.`,
      );
    }
  }
  const sized = sizes.dim === undefined ? backbone : withDim(backbone, sizes.dim);
  switch (sized.family) {
    case 'nafnet':
      return { ...sized, config: { ...sized.config, ...levels(sized.config, sizes) } };
    case 'unet':
      return { ...sized, config: { ...sized.config, ...levels(sized.config, sizes) } };
    case 'restormer':
      return { ...sized, config: { ...sized.config, ...trunk(sizes) } };
    case 'promptir':
      return {
        ...sized,
        config: { ...sized.config, trunk: { ...sized.config.trunk, ...trunk(sizes) } },
      };
  }
}

interface Levels {
  readonly encoder: readonly number[];
  readonly middle: number;
  readonly decoder: readonly number[];
}

/** Returns as many decoder levels as encoder levels, by default with one block each. */
function levels(has: Levels, sizes: BackboneSizes): Levels {
  const encoder = sizes.blocks ?? has.encoder;
  const matching = encoder.length === has.decoder.length ? has.decoder : encoder.map(() => 1);
  return { encoder, middle: sizes.middle ?? has.middle, decoder: sizes.decoder ?? matching };
}

function trunk({ blocks, heads, refinement }: BackboneSizes) {
  return {
    ...(blocks === undefined ? {} : { blocks: four('blocks', blocks) }),
    ...(heads === undefined ? {} : { heads: four('heads', heads) }),
    ...(refinement === undefined ? {} : { refinement }),
  };
}

function four(name: string, values: readonly number[]): Four {
  const [a, b, c, d] = values;
  if (
    a === undefined ||
    b === undefined ||
    c === undefined ||
    d === undefined ||
    values.length !== 4
  ) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `--${name}: expected four numbers, for levels 1 to 3 and the latent, such as 1,2,2,4.`,
    );
  }
  return [a, b, c, d];
}

/** Other networks of the checkpoint that are read in search of sound weights. */
const mostOthers = 4;

/** Names of a network's weights that are not numbers, and a warning for them. */
export interface BrokenWeights {
  readonly names: readonly string[];
  readonly warning: string | undefined;
}

/** Finds weights that are not numbers; if there are any, also which other weights are sound. */
export function brokenWeights(
  { tensors }: OpenCheckpoint,
  { weights, others, backbone }: DetectedBackbone,
): BrokenWeights {
  const names = nonFinite(weights);
  if (names.length === 0) return { names, warning: undefined };
  const isSound = (prefix: string): boolean => {
    try {
      const other = detectBackbone(tensors, { prefix });
      const isSame = JSON.stringify(other.backbone) === JSON.stringify(backbone);
      return isSame && nonFinite(other.weights).length === 0;
    } catch (error) {
      // The chosen network is what counts; this one may have other damage.
      if (error instanceof GraftError) return false;
      throw error;
    }
  };
  const sound = others.slice(0, mostOthers).filter(isSound);
  const wide = tooWide(weights, names);
  return { names, warning: describeNonFinite(names, weights.size, { wide, sound }) };
}
