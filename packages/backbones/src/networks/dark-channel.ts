import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import type { Network } from './network.ts';

/** Side of the blocks of pixels that the dark channel is taken over. */
const block = 4;

/** Blocks to each side of the wider windows: 28 pixels, and from these 52. */
const reach = 3;

/**
 * The dark channel of an image (He, Sun and Tang, 2009) at a quarter of its size, in three
 * channels: the smallest value of any colour in a block of 4x4 pixels, in 28 pixels, and in 52.
 * Without haze it is near zero nearly everywhere, so it shows how dense the haze is, which
 * convolutions are slow to learn from a mean.
 */
export function darkChannel(net: Network, image: string, imageChannels: number): string {
  const { g } = net;
  const at = net.scaled(block);
  const channels = imageChannels * block ** 2;
  const values = ops.split(
    g,
    ops.spaceToDepth(g, image, block),
    Array<number>(channels).fill(1),
    1,
  );
  const dark = at.feature(g.node('Min', values, {}, { name: 'min' })[0]!, 1);
  const wide = at.feature(erode(g.scope('wide'), dark, reach), 1);
  const wider = at.feature(erode(g.scope('wider'), wide, reach), 1);
  return at.feature(ops.concat(g, [dark, wide, wider], 1, { name: 'channels' }), 3);
}

/**
 * The smallest value within `radius` rows and columns. Not a MaxPool of the negative: CUDA's published
 * kernels have none since operator set 22.
 */
function erode(g: GraphBuilder, x: string, radius: number): string {
  const sides = [0, 0, radius, radius];
  const padded = ops.pad(g, x, [...sides, ...sides], { mode: 'edge', name: 'pad' });
  return [2, 3].reduce((value, axis) => smallestAlong(g, value, axis, 2 * radius + 1), padded);
}

/** The smallest of `window` neighbours along an axis, which gets shorter by `window` - 1. */
function smallestAlong(g: GraphBuilder, x: string, axis: number, window: number): string {
  const part = (value: string, starts: number, ends: number) =>
    ops.slice(g, value, { axes: [axis], starts: [starts], ends: [ends] });
  let [value, span] = [x, 1];
  while (span < window) {
    const step = Math.min(span, window - span);
    const [first, second] = [part(value, 0, -step), part(value, step, Number.MAX_SAFE_INTEGER)];
    value = ops.min(g, first, second);
    span += step;
  }
  return value;
}
