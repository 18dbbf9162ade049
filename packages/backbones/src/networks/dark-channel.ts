import { ops } from '@pip-graft/onnx-graft';
import { extremeAround } from './extreme-around.ts';
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
  const wide = at.feature(extremeAround(g.scope('wide'), dark, reach, ops.min), 1);
  const wider = at.feature(extremeAround(g.scope('wider'), wide, reach, ops.min), 1);
  return at.feature(ops.concat(g, [dark, wide, wider], 1, { name: 'channels' }), 3);
}
