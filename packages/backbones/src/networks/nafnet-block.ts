import { ops } from '@pip-graft/onnx-graft';
import { localMean } from './local-mean.ts';
import type { Network } from './network.ts';
import type { Init } from './parameter.ts';

const eps = 1e-6;

/**
 * The authors start `beta` and `gamma` at zero, where every block is the identity. An untrained
 * network is of use here only when its blocks do something, so they start small instead.
 */
const smallScale: Init = { kind: 'uniform', low: -0.1, high: 0.1 };

/** A NAFNet block on `channels` channels (spec backbones.md section 2). */
export function nafnetBlock(
  net: Network,
  x: string,
  channels: number,
  /** Where the attention sees only so much around each pixel: see {@link localMean}. */
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
