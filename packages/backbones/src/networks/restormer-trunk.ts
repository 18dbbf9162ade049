import { ops } from '@pip-graft/onnx-graft';
import type { Network } from './network.ts';
import type { RestormerConfig } from './restormer-config.ts';
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
