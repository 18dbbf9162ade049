import { ops } from '@pip-graft/onnx-graft';
import type { Network } from './network.ts';

/** Initial scale of the second convolution, so that a deep stack starts near the identity. */
const start = 0.1;

/** x + conv2(relu(conv1(x))) on `channels` channels, both 3x3. */
export function residualBlock(net: Network, x: string, channels: number): string {
  const { g } = net;
  const shape = { from: channels, to: channels, kernel: 3, bias: true, border: 'edge' } as const;
  const hidden = ops.relu(g, net.conv('conv1', x, { ...shape, gain: Math.sqrt(6) }));
  const change = net.conv('conv2', hidden, { ...shape, gain: start * Math.sqrt(6) });
  return ops.add(g, x, change, { name: 'add' });
}

const width = 32;

/**
 * The image times a gain plus an offset, both smooth: predicted at half the resolution of the
 * decoder feature `x` and resized bilinearly. They start as 1 and 0.
 */
export function lightPath(
  net: Network,
  x: string,
  channels: number,
  image: string,
  imageChannels: number,
): string {
  const { g } = net;
  const seen = ops.relu(
    g,
    net.conv('0', x, { from: channels, to: width, kernel: 3, bias: true, border: 'edge' }),
  );
  const half = net.scaled(2 * net.scale);
  const pooled = half.feature(
    g.node(
      'AveragePool',
      [seen],
      { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } },
      { name: 'pool' },
    )[0]!,
    width,
  );
  const light = half.conv('1', pooled, {
    from: width,
    to: 2 * imageChannels,
    kernel: 1,
    bias: true,
    gain: 0,
  });
  const full = net.scaled(1);
  const drawn = full.feature(
    ops.resizeTo(g, light, full.pixels(image), { name: 'resize' }),
    2 * imageChannels,
  );
  const [logGain, offset] = ops.split(g, drawn, [imageChannels, imageChannels], 1);
  return ops.add(g, ops.mul(g, image, ops.exp(g, logGain!)), offset!, { name: 'add' });
}
