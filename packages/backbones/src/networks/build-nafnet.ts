import { type Model, ops } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';
import { nafnetBlock } from './nafnet-block.ts';
import { checkNafnetConfig, type NafnetConfig } from './nafnet-config.ts';
import type { Network } from './network.ts';
import type { Parameter } from './parameter.ts';
import {
  type BuildOptions,
  listParameters,
  type NetworkSpec,
  writeNetwork,
} from './write-network.ts';

/**
 * A NAFNet as a model from `input` to `output`, (N, C, H, W) with free N, H and W. It pads itself
 * with zeros at the right and at the bottom to a multiple of 2^levels and cuts that off again.
 * Weights carry the names of published checkpoints.
 *
 * Errors: `INVALID_ARGUMENT` for sizes that do not fit each other, `CORRUPT_FILE` for weights that
 * are missing, extra or of another shape. Source: spec backbones.md section 2.
 *
 * @example
 * const config = { ...nafnetDefaults, width: 8, encoder: [1, 1], decoder: [1, 1] };
 * const model = buildNafnet(config, initialWeights(nafnetParameters(config), 7));
 */
export function buildNafnet(
  config: NafnetConfig,
  weights: TensorMap,
  options?: BuildOptions,
): Model {
  return writeNetwork(nafnet(config), weights, options);
}

/** The parameters of a NAFNet, with shapes and how they start. */
export function nafnetParameters(config: NafnetConfig): Parameter[] {
  return listParameters(nafnet(config));
}

function nafnet(config: NafnetConfig): NetworkSpec {
  checkNafnetConfig(config);
  const { imageChannels } = config;
  return {
    family: 'nafnet',
    inChannels: imageChannels,
    outChannels: imageChannels,
    size: ['padded_height', 'padded_width'],
    write: (net) => write(net, config),
  };
}

function write(net: Network, config: NafnetConfig): void {
  const { g } = net;
  const { width, encoder, decoder, imageChannels } = config;
  const size = ops.spatialSize(g, 'input', { name: 'input_size' });
  const padded = net.feature(padToMultiple(net, size, 2 ** encoder.length), imageChannels);
  const skips: string[] = [];
  let at = net;
  let channels = width;
  let x = net.conv('intro', padded, { from: imageChannels, to: width, kernel: 3, bias: true });
  encoder.forEach((count, level) => {
    x = blocks(at, `encoders.${level}`, x, count, channels, config);
    skips.push(x);
    const halve = { from: channels, to: 2 * channels, kernel: 2, stride: 2, bias: true } as const;
    x = at.conv(`downs.${level}`, x, halve);
    channels *= 2;
    at = net.scaled(2 * at.scale);
  });
  x = blocks(at, 'middle_blks', x, config.middle, channels, config);
  decoder.forEach((count, level) => {
    const wide = at
      .at(`ups.${level}`)
      .conv('0', x, { from: channels, to: 2 * channels, kernel: 1, bias: false });
    const shuffled = ops.depthToSpace(g.scope(`ups.${level}`), wide, 2, { name: 'shuffle' });
    channels /= 2;
    at = net.scaled(at.scale / 2);
    at.feature(shuffled, channels);
    x = ops.add(g, shuffled, skips.pop()!, { name: `join${skips.length + 1}` });
    x = blocks(at, `decoders.${level}`, x, count, channels, config);
  });
  const made = net.conv('ending', x, { from: width, to: imageChannels, kernel: 3, bias: true });
  const whole = ops.add(g, made, padded, { name: 'image_add' });
  const lists = [g.ints([0, 0]), size, g.ints([2, 3])];
  g.node('Slice', [whole, ...lists], {}, { name: 'crop', outputs: ['output'] });
}

function blocks(
  net: Network,
  name: string,
  x: string,
  count: number,
  channels: number,
  config: NafnetConfig,
): string {
  const window = config.local ? windowAt(net.scale, config.local, config) : undefined;
  let value = x;
  for (let index = 0; index < count; index++) {
    value = nafnetBlock(net.at(name).at(`${index}`), value, channels, window);
  }
  return value;
}

/** The window of the local mean at a scale: 1.5 times what a training picture is there, padded as pictures are. */
function windowAt(
  scale: number,
  trained: readonly [number, number],
  { encoder }: NafnetConfig,
): readonly [number, number] {
  const multiple = 2 ** encoder.length;
  const [height, width] = trained.map((size) => {
    const there = (Math.ceil(size / multiple) * multiple) / scale;
    return Math.floor((there * Math.floor(size * 1.5)) / size);
  });
  return [height!, width!];
}

/** Zeros at the bottom and at the right, (−size) mod `multiple` of them. */
function padToMultiple(net: Network, size: string, multiple: number): string {
  const g = net.g.scope('pad');
  const missing = ops.mod(g, ops.neg(g, size), g.ints([multiple]));
  const pads = ops.concat(g, [g.ints([0, 0, 0, 0, 0, 0]), missing], 0);
  return ops.pad(g, 'input', pads, { dataType: net.dataType });
}
