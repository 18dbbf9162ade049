import { type Model, ops } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';
import { darkChannel } from './dark-channel.ts';
import { lightPath } from './light-path.ts';
import type { Network } from './network.ts';
import type { Parameter } from './parameter.ts';
import { residualBlock } from './residual-block.ts';
import { checkUnetConfig, type UnetConfig, unetMultiple } from './unet-config.ts';
import {
  type BuildOptions,
  listParameters,
  type NetworkSpec,
  writeNetwork,
} from './write-network.ts';

/** Initial scale of the last convolution, so that an untrained network is near the identity. */
const start = 0.1;

/** Side of the blocks of pixels that become channels at the input and pixels at the output. */
const block = 2;

/**
 * Builds a U-Net of plain residual blocks as a model from `input` to `output`, (N, C, H, W) with
 * free N, H and W, for much restoration per CPU second: it never convolves at full size. Every
 * border replicates the edge pixels, so a constant image makes constant features; so does the
 * padding at the right and bottom to a multiple of {@link unetMultiple}, which is cropped again.
 *
 * Errors: `INVALID_ARGUMENT` for inconsistent sizes, `CORRUPT_FILE` for weights that are missing,
 * extra or of another shape.
 *
 * @example
 * const preset = backbonePresets['unet-small'];
 * const model = buildBackbone(preset, initialWeights(backboneParameters(preset), 7));
 */
export function buildUnet(config: UnetConfig, weights: TensorMap, options?: BuildOptions): Model {
  return writeNetwork(unet(config), weights, options);
}

/** Parameters of a U-Net, with shapes and initialisation. */
export function unetParameters(config: UnetConfig): Parameter[] {
  return listParameters(unet(config));
}

function unet(config: UnetConfig): NetworkSpec {
  checkUnetConfig(config);
  const { imageChannels } = config;
  return {
    family: 'unet',
    inChannels: imageChannels,
    outChannels: imageChannels,
    size: ['padded_height', 'padded_width'],
    write: (net) => write(net, config),
  };
}

function write(net: Network, config: UnetConfig): void {
  const { g } = net;
  const { imageChannels, widths, encoder, decoder } = config;
  const size = ops.spatialSize(g, 'input', { name: 'input_size' });
  const padded = net.feature(padToMultiple(net, size, unetMultiple(config)), imageChannels);
  const blocked = imageChannels * block ** 2;
  const skips: string[] = [];
  const dark = config.light ? darkChannel(net.at('dark'), padded, imageChannels) : undefined;
  let at = net.scaled(block);
  let x = at.feature(
    ops.pixelUnshuffle(g, padded, block, imageChannels, { name: 'unshuffle' }),
    blocked,
  );
  x = at.conv('intro', x, {
    from: blocked,
    to: widths[0]!,
    kernel: 3,
    bias: true,
    border: 'edge',
  });
  for (const [level, count] of encoder.entries()) {
    const [channels, wider] = [widths[level]!, widths[level + 1]!];
    x = blocks(at, `encoders.${level}`, x, count, channels);
    skips.push(x);
    x = at.conv(`downs.${level}`, x, {
      from: channels,
      to: wider,
      kernel: 2,
      stride: 2,
      bias: true,
    });
    at = at.scaled(2 * at.scale);
    if (level === 0 && dark !== undefined) x = darkened(at, x, wider, dark);
  }
  x = blocks(at, 'middle', x, config.middle, widths.at(-1)!);
  let lowest = { net: at, x, channels: widths.at(-1)! };
  for (const [index, count] of decoder.entries()) {
    const level = encoder.length - 1 - index;
    const channels = widths[level]!;
    const narrow = at.conv(`ups.${index}`, x, {
      from: widths[level + 1]!,
      to: channels,
      kernel: 1,
      bias: false,
    });
    at = at.scaled(at.scale / 2);
    const larger = at.feature(
      ops.enlarge(g, narrow, 2, { name: `ups.${index}/enlarge` }),
      channels,
    );
    x = ops.add(g, larger, skips.pop()!, { name: `join${level + 1}` });
    x = blocks(at, `decoders.${index}`, x, count, channels);
    if (index === 0) lowest = { net: at, x, channels };
  }
  const ending = at.conv('ending', x, {
    from: widths[0]!,
    to: blocked,
    kernel: 3,
    bias: true,
    border: 'edge',
    alike: block ** 2,
    gain: start,
  });
  const residual = net.feature(
    ops.depthToSpace(g, ending, block, { name: 'shuffle' }),
    imageChannels,
  );
  const view = dark !== undefined && { image: padded, imageChannels, dark };
  const lit = view ? lightPath(lowest.net, lowest.x, lowest.channels, view) : padded;
  const whole = ops.add(g, lit, residual, { name: 'image_add' });
  const lists = [g.ints([0, 0]), size, g.ints([2, 3])];
  g.node('Slice', [whole, ...lists], {}, { name: 'crop', outputs: ['output'] });
}

/** Adds what the dark channel says, which is nothing before training. */
function darkened(net: Network, x: string, channels: number, dark: string): string {
  const shape = { from: 3, to: channels, kernel: 3, bias: false, border: 'edge', gain: 0 } as const;
  return ops.add(net.g, x, net.conv('dark', dark, shape), { name: 'dark/add' });
}

function blocks(net: Network, name: string, x: string, count: number, channels: number): string {
  let value = x;
  for (let index = 0; index < count; index++) {
    value = residualBlock(net.at(name).at(`${index}`), value, channels);
  }
  return value;
}

/**
 * Repeats the last row and column at the bottom and right, (−size) mod `multiple` times. Not
 * mirrored: an image smaller than the padding has too few pixels to mirror.
 */
function padToMultiple(net: Network, size: string, multiple: number): string {
  const g = net.g.scope('pad');
  const missing = ops.mod(g, ops.neg(g, size), g.ints([multiple]));
  const pads = ops.concat(g, [g.ints([0, 0, 0, 0, 0, 0]), missing], 0);
  return ops.pad(g, 'input', pads, { mode: 'edge' });
}
