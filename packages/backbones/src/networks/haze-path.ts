import { ops } from '@pip-graft/onnx-graft';
import { extremeAround } from './extreme-around.ts';
import type { Network } from './network.ts';
import { residualBlock } from './residual-block.ts';

const width = 32;
const blocks = 2;

/** Scale of the deviations, which are a tenth of the means and dark channels beside them. */
const lift = 5;

/**
 * What the sigmoids see before training: 0.88 of the dark channel is haze, and the air is a quarter
 * of the way from the brightest around to white.
 */
const start = { share: 2, air: -1 };

/** Smallest light that others are divided by: an image may be black. */
const least = 0.05;

/** Reach of what is nearby, in pixels of the path: at an eighth of the size, 200 pixels across. */
const reach = 12;

/** Smallest transmission: less multiplies noise and rounding beyond use. */
const thinnest = 0.08;

/** What {@link hazePath} reads. */
export interface HazeView {
  /** The image at full size, and its channels. */
  readonly image: string;
  readonly imageChannels: number;
  /** Its dark channel in three widths at a quarter of its size. */
  readonly dark: string;
  /** Decoder features at the scale of the path, which know the label. */
  readonly seen: string;
  readonly seenChannels: number;
}

/**
 * A gain (one channel) and an offset (a channel a colour) that remove haze, as in the scattering
 * model I = J t + A (1 - t) (He, Sun and Tang, 2009): t = 1 - ω dark / A. The share ω of the dark
 * channel that is haze, and the air light A, come from means, deviations and dark channels of the
 * image alone: a network with more to look at fits the photographs that it was trained on better,
 * and other haze worse. The decoder features decide where the path acts, which is nowhere before
 * training.
 */
export function hazePath(net: Network, view: HazeView): [gain: string, offset: string] {
  const { g } = net;
  const { image, imageChannels, seen, seenChannels } = view;
  const full = net.scaled(1);
  const mean = full.pool('mean', image, imageChannels, net.scale);
  const quarter = net.scaled(4);
  const dark = net.scale === 4 ? view.dark : quarter.pool('dark', view.dark, 3, net.scale / 4);
  const wide = ops.slice(g, dark, { axes: [1], starts: [1], ends: [2] });
  const near = extremeAround(g.scope('near'), wide, reach, ops.max);
  const far = extremeAround(g.scope('far'), near, reach, ops.max);
  const seenBy = ops.concat(g, [mean, deviation(full, image, net), dark, near], 1);
  const level = ops.add(g, far, g.scalar(least, net.dataType));
  const known = ops.concat(g, [ops.div(g, seenBy, level), far], 1);
  const from = imageChannels + 6;
  const shape = { from, to: width, kernel: 3, bias: true, border: 'edge', gain: 6 ** 0.5 } as const;
  let x = ops.relu(g, net.conv('first', net.feature(known, from), shape));
  for (let index = 0; index < blocks; index++) {
    x = residualBlock(net.at('blocks').at(`${index}`), net.feature(x, width), width);
  }
  const drawn = net.conv('ending', net.feature(ops.relu(g, x), width), {
    from: width,
    to: 1 + imageChannels,
    kernel: 1,
    bias: true,
    gain: 0,
  });
  const [share, above] = (['share', 'air'] as const).map((part, index) => {
    const [starts, ends] = index === 0 ? [0, 1] : [1, 1 + imageChannels];
    const value = ops.slice(g, drawn, { axes: [1], starts: [starts!], ends: [ends!] });
    return ops.sigmoid(g, ops.add(g, value, g.scalar(start[part], net.dataType)));
  }) as [string, string];
  const one = g.scalar(1, net.dataType);
  const lighter = ops.add(g, far, ops.mul(g, ops.sub(g, one, far), above));
  const air = ops.max(g, lighter, g.scalar(least, net.dataType));
  const veil = ops.div(g, ops.mul(g, share, wide), ops.reduceMean(g, air, [1]));
  // Not Clip: converted to float16, CUDA's kernel of operator set 11 does not take it.
  const transmission = ops.max(g, ops.sub(g, one, veil), g.scalar(thinnest, net.dataType));
  const masked = { from: seenChannels, to: 1, kernel: 1, bias: false, gain: 0 } as const;
  // Not Relu: at zero, where it starts, it would stay, and the path would never be learned.
  const positive = ops.max(g, net.conv('mask', seen, masked), g.scalar(0, net.dataType));
  const mask = ops.min(g, positive, one);
  const change = ops.mul(g, mask, ops.sub(g, ops.reciprocal(g, transmission), one));
  return [ops.add(g, change, one), ops.neg(g, ops.mul(g, change, air))];
}

/**
 * Mean distance of brightness from its mean in a block, which tells sky from haze before things. Not
 * the root of a variance: float16 holds too few digits of squares.
 */
function deviation(full: Network, image: string, net: Network): string {
  const { g } = net;
  const brightness = full.feature(ops.reduceMean(g, image, [1]), 1);
  const pixels = net.feature(ops.spaceToDepth(g, brightness, net.scale), net.scale ** 2);
  const distance = ops.abs(g, ops.sub(g, pixels, ops.reduceMean(g, pixels, [1])));
  return ops.mul(g, ops.reduceMean(g, distance, [1]), g.scalar(lift, net.dataType));
}
