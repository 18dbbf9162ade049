import { ops } from '@pip-graft/onnx-graft';
import { type HazeView, hazePath } from './haze-path.ts';
import type { Network } from './network.ts';

const width = 32;

/**
 * The image times a gain plus an offset, both smooth: what {@link hazePath} removes and then another
 * gain and offset, predicted at half the resolution of the decoder feature `x`, resized bilinearly.
 * They start as 1 and 0.
 */
export function lightPath(
  net: Network,
  x: string,
  channels: number,
  view: Omit<HazeView, 'seen' | 'seenChannels'>,
): string {
  const { image, imageChannels } = view;
  const light = net.at('light');
  const { g } = light;
  const looked = ops.relu(
    g,
    light.conv('0', x, { from: channels, to: width, kernel: 3, bias: true, border: 'edge' }),
  );
  const seen = light.pool('pool', looked, width, 2);
  const half = light.scaled(2 * light.scale);
  const both = 2 * imageChannels;
  const drawn = half.conv('1', seen, { from: width, to: both, kernel: 1, bias: true, gain: 0 });
  const [logGain, shift] = ops.split(g, drawn, [imageChannels, imageChannels], 1);
  const lit = ops.exp(g, logGain!);
  const haze = net.at('haze').scaled(half.scale);
  const [gain, offset] = hazePath(haze, { ...view, seen, seenChannels: width });
  const small = ops.concat(
    g,
    [ops.mul(g, lit, gain), ops.add(g, ops.mul(g, lit, offset), shift!)],
    1,
  );
  const full = light.scaled(1);
  const large = ops.resizeTo(g, half.feature(small, both), full.pixels(image), { name: 'resize' });
  const smooth = full.feature(large, both);
  const [times, plus] = ops.split(g, smooth, [imageChannels, imageChannels], 1);
  return ops.add(g, ops.mul(g, image, times!), plus!, { name: 'add' });
}
