import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import type { Network } from './network.ts';

const rowAxis = 2;
const toTheEnd = Number.MAX_SAFE_INTEGER;

/**
 * The mean over a window around each pixel, cut to the picture where the picture is smaller, with the
 * values at the border repeated outwards so that the size stays. Where the window covers the picture
 * it is the plain mean. Source: NAFNet's published local variant (MIT).
 *
 * A running sum along each axis, in float32: two subtractions a pixel however large the window, where
 * pooling with it would add thousands of numbers. One axis after the other keeps the sums short.
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
    // Min takes whole numbers only since operator set 12.
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
