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
