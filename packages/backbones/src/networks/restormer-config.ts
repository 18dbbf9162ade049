import { GraftError } from '@pip-graft/onnx-graft';

/**
 * Sizes of a Restormer (docs/notes/backbones.md section 1). Lists are for levels 1 to 3 and latent.
 */
export interface RestormerConfig {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly dim: number;
  readonly blocks: readonly [number, number, number, number];
  readonly refinement: number;
  readonly heads: readonly [number, number, number, number];
  /** Hidden channels of the feed-forward part per channel of a level; the count is rounded down. */
  readonly expansion: number;
  /** Whether convolutions have a bias. */
  readonly bias: boolean;
  /** Whether norms subtract the mean and have a bias. */
  readonly normBias: boolean;
  /** PIP's trunk, from PromptIR: a 1x1 `chnl_reduce3` halves the latent that starts `up4_3`. */
  readonly thinLatent: boolean;
  /** Two input images, and a 1x1 `skip_conv` instead of adding the image. */
  readonly dualPixel: boolean;
}

/** The published network: 26,126,644 parameters. */
export const restormerDefaults: RestormerConfig = {
  inChannels: 3,
  outChannels: 3,
  dim: 48,
  blocks: [4, 6, 6, 8],
  refinement: 4,
  heads: [1, 2, 4, 8],
  expansion: 2.66,
  bias: false,
  normBias: true,
  thinLatent: false,
  dualPixel: false,
};

/** Rejects impossible sizes: `INVALID_ARGUMENT`. */
export function checkRestormerConfig(family: string, config: RestormerConfig): void {
  const fail = (what: string) => {
    throw new GraftError('INVALID_ARGUMENT', `${family}: ${what}`);
  };
  const { dim, heads, blocks, refinement, expansion, inChannels, outChannels } = config;
  const counts = [dim, inChannels, outChannels, ...heads];
  if (counts.some((count) => !Number.isInteger(count) || count < 1)) {
    fail('dim, heads and channels must be whole numbers above zero.');
  }
  if ([...blocks, refinement].some((count) => !Number.isInteger(count) || count < 0)) {
    fail('blocks and refinement must be whole numbers, zero or more.');
  }
  if (dim % 2 !== 0) fail(`dim must be even, because levels are joined by halving; it is ${dim}.`);
  heads.forEach((count, level) => {
    const channels = dim * 2 ** level;
    if (channels % count !== 0) {
      fail(`level ${level + 1} has ${channels} channels, which ${count} heads do not divide.`);
    }
  });
  // Level 1 of the decoder and the refinement run at twice the channels of level 1 with its heads,
  // so these divide the channels whenever the encoder's do.
  if (!(Math.floor(dim * expansion) >= 1))
    fail(`expansion ${expansion} leaves no hidden channels.`);
  if (!config.dualPixel && inChannels !== outChannels) {
    fail(
      `the image is added to the output, so ${inChannels} input and ${outChannels} output channels do not fit; they may differ with dualPixel.`,
    );
  }
}
