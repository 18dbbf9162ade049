import { type GraphBuilder, type Model, ops } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';
import { checkNafnetConfig, type NafnetConfig } from './nafnet-config.ts';
import type { Network } from './network.ts';
import type { Init, Parameter } from './parameter.ts';
import {
  type BuildOptions,
  listParameters,
  type NetworkSpec,
  writeNetwork,
} from './write-network.ts';

const eps = 1e-6;

/**
 * The authors start `beta` and `gamma` at zero, so every block is the identity. An untrained
 * network is useful here only if its blocks do something, so these start small instead.
 */
const smallScale: Init = { kind: 'uniform', low: -0.1, high: 0.1 };

/** A NAFNet block on `channels` channels (docs/notes/backbones.md section 2). */
export function nafnetBlock(
  net: Network,
  x: string,
  channels: number,
  /** Set if the attention sees only a window around each pixel: see {@link localMean}. */
  window?: readonly [height: number, width: number],
): string {
  const { g } = net;
  const narrow = { from: channels, to: channels, kernel: 1, bias: true } as const;
  const widen = { from: channels, to: 2 * channels, kernel: 1, bias: true } as const;
  const local = {
    from: 2 * channels,
    to: 2 * channels,
    kernel: 3,
    bias: true,
    depthwise: true,
  } as const;

  const spread = net.conv('conv1', net.at('norm1').norm(x, channels, eps, true), widen);
  const gated = gate(net, net.conv('conv2', spread, local), channels);
  const pooled = window
    ? localMean(net.at('sca.0'), gated, window)
    : ops.globalAveragePool(g, gated, { name: 'sca.0' });
  const attention = net.conv('sca.1', pooled, { ...narrow, pooled: window === undefined });
  const attended = net.conv('conv3', ops.mul(g, gated, attention), narrow);
  const middle = ops.add(g, x, scaled(net, 'beta', attended, channels), { name: 'beta_add' });

  const second = net.conv('conv4', net.at('norm2').norm(middle, channels, eps, true), widen);
  const fed = net.conv('conv5', gate(net, second, channels), narrow);
  return ops.add(g, middle, scaled(net, 'gamma', fed, channels), { name: 'gamma_add' });
}

/** SimpleGate: the two halves of the channels, multiplied. */
function gate(net: Network, x: string, channels: number): string {
  const [a, b] = ops.split(net.g, x, [channels, channels], 1);
  return ops.mul(net.g, a!, b!);
}

function scaled(net: Network, name: 'beta' | 'gamma', x: string, channels: number): string {
  return ops.mul(net.g, x, net.tensor(name, [1, channels, 1, 1], smallScale));
}

const rowAxis = 2;
const toTheEnd = Number.MAX_SAFE_INTEGER;

/**
 * The mean over a window around each pixel, clipped to the image if that is smaller, with the
 * border values replicated so that the size stays. If the window covers the image it is the plain
 * mean. Source: NAFNet's published local variant (MIT).
 *
 * A running sum along each axis, in float32: two subtractions per pixel whatever the window's size,
 * where pooling would add thousands of numbers. One axis after the other keeps the sums short.
 */
export function localMean(
  net: Network,
  x: string,
  window: readonly [height: number, width: number],
): string {
  const { g } = net;
  const size = windowSize(net, x, window);
  let value = ops.toFloat32(g, x, net.dataType);
  for (const axis of [0, 1] as const) value = meanAlong(g, value, axis, size);
  const one = g.ints([1]);
  const two = g.ints([2]);
  const before = g.node('Div', [ops.sub(g, size, one), two])[0]!;
  const after = g.node('Div', [size, two])[0]!;
  const nothing = g.ints([0, 0]);
  const pads = ops.concat(g, [nothing, before, nothing, after], 0);
  return ops.fromFloat32(g, ops.pad(g, value, pads, { mode: 'edge' }), net.dataType);
}

/** The window in rows and columns, no larger than the feature: int64 [2]. */
function windowSize(net: Network, x: string, window: readonly [number, number]): string {
  const pixels = net.pixels(x);
  return net.once(`window/${net.scale}`, (g, name) => {
    const wanted = g.ints(window);
    // Min takes integers only since operator set 12.
    const smaller = g.node('Less', [pixels, wanted])[0]!;
    return ops.where(g, smaller, pixels, wanted, { name });
  });
}

function meanAlong(g: GraphBuilder, x: string, axis: 0 | 1, size: string): string {
  const at = rowAxis + axis;
  const length = ops.gather(g, size, [axis], 0);
  const pads = [0, 0, 0, 0, 0, 0, 0, 0];
  pads[at] = 1;
  const along = g.tensor('axis', 'int64', [], new Uint8Array(BigInt64Array.of(BigInt(at)).buffer));
  const sums = g.node('CumSum', [ops.pad(g, x, pads), along])[0]!;
  const upper = ops.slice(g, sums, { axes: [at], starts: length, ends: [toTheEnd] });
  const lower = ops.slice(g, sums, { axes: [at], starts: [0], ends: ops.neg(g, length) });
  const count = g.node('Cast', [length], { to: { int: 1 } })[0]!;
  return ops.div(g, ops.sub(g, upper, lower), count);
}

/**
 * Builds a NAFNet as a model from `input` to `output`, (N, C, H, W) with free N, H and W. It pads
 * the image with zeros at the right and bottom to a multiple of 2^levels and crops the result.
 * Weights have the names of published checkpoints.
 *
 * Errors: `INVALID_ARGUMENT` for inconsistent sizes, `CORRUPT_FILE` for weights that are missing,
 * extra or of another shape. Source: docs/notes/backbones.md section 2.
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

/** Parameters of a NAFNet, with shapes and initialisation. */
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

/** Window of the local mean at a scale: 1.5 times the padded size of a training image there. */
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

/** Pads with zeros at the bottom and right, (−size) mod `multiple` of them. */
function padToMultiple(net: Network, size: string, multiple: number): string {
  const g = net.g.scope('pad');
  const missing = ops.mod(g, ops.neg(g, size), g.ints([multiple]));
  const pads = ops.concat(g, [g.ints([0, 0, 0, 0, 0, 0]), missing], 0);
  return ops.pad(g, 'input', pads, { dataType: net.dataType });
}
