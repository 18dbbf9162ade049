import { GraftError, ops } from '@pip-graft/onnx-graft';
import type { Network } from './network.ts';
import { type BlockShape, transformerStage } from './transformer-block.ts';

/** Output of the encoder for the decoder. */
export interface Encoded {
  /** The embedded image, before any block. */
  readonly embedded: string;
  /** Features of levels 1 to 3, which the decoder joins. */
  readonly skips: readonly [string, string, string];
  readonly latent: string;
}

/** Encoder and latent, from the image to 8·dim channels at an eighth of its size. */
export function encode(net: Network, image: string, config: RestormerConfig): Encoded {
  const { dim, bias, inChannels } = config;
  const embedded = net
    .at('patch_embed')
    .conv('proj', image, { from: inChannels, to: dim, kernel: 3, bias });
  const at = [1, 2, 4, 8].map((scale) => net.scaled(scale)) as [Network, Network, Network, Network];
  const skip1 = stage(at[0], 'encoder_level1', embedded, config, 0);
  const skip2 = stage(at[1], 'encoder_level2', down(at[0], 'down1_2', skip1, dim), config, 1);
  const skip3 = stage(at[2], 'encoder_level3', down(at[1], 'down2_3', skip2, 2 * dim), config, 2);
  const latent = stage(at[3], 'latent', down(at[2], 'down3_4', skip3, 4 * dim), config, 3);
  return { embedded, skips: [skip1, skip2, skip3], latent };
}

/** The blocks of a decoder level; level 1 runs at the channels of level 2. */
export function decode(net: Network, level: 1 | 2 | 3, x: string, config: RestormerConfig): string {
  const channels = config.dim * (level === 3 ? 4 : 2);
  return stage(
    net.scaled(2 ** (level - 1)),
    `decoder_level${level}`,
    x,
    config,
    level - 1,
    channels,
  );
}

/** Refinement blocks and the last convolution, with the additions around it. */
export function finish(
  net: Network,
  x: string,
  image: string,
  embedded: string,
  config: RestormerConfig,
): void {
  const { dim, bias, outChannels } = config;
  const refined = transformerStage(
    net,
    'refinement',
    x,
    config.refinement,
    blockShape(config, 2 * dim, config.heads[0]),
  );
  const last = { from: 2 * dim, to: outChannels, kernel: 3, bias } as const;
  if (config.dualPixel) {
    const skipped = net.conv('skip_conv', embedded, { from: dim, to: 2 * dim, kernel: 1, bias });
    const joined = ops.add(net.g, refined, skipped, { name: 'skip_conv_add' });
    net.conv('output', joined, { ...last, output: 'output' });
    return;
  }
  const made = net.conv('output', refined, last);
  net.g.node('Add', [made, image], {}, { name: 'image_add', outputs: ['output'] });
}

/** 3x3 convolution to twice the channels, then PixelShuffle: twice the size, half the channels. */
export function up(net: Network, name: string, x: string, channels: number): string {
  const wide = net
    .at(name)
    .at('body')
    .conv('0', x, { from: channels, to: 2 * channels, kernel: 3, bias: false });
  const shuffled = ops.depthToSpace(net.g.scope(name), wide, 2, { name: 'shuffle' });
  return net.scaled(net.scale / 2).feature(shuffled, channels / 2);
}

/** A block of the network's kind. */
export function blockShape(config: RestormerConfig, channels: number, heads: number): BlockShape {
  const { expansion, bias, normBias } = config;
  return { channels, heads, expansion, bias, normBias };
}

function down(net: Network, name: string, x: string, channels: number): string {
  const half = channels / 2;
  const thin = net
    .at(name)
    .at('body')
    .conv('0', x, { from: channels, to: half, kernel: 3, bias: false });
  const folded = ops.pixelUnshuffle(net.g.scope(name), thin, 2, half, { name: 'unshuffle' });
  return net.scaled(2 * net.scale).feature(folded, 2 * channels);
}

function stage(
  net: Network,
  name: string,
  x: string,
  config: RestormerConfig,
  level: number,
  channels = config.dim * 2 ** level,
): string {
  const shape = blockShape(config, channels, config.heads[level]!);
  return transformerStage(net, name, x, config.blocks[level]!, shape);
}

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
