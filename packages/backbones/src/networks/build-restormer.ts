import { type Model, ops } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';
import type { Network } from './network.ts';
import type { Parameter } from './parameter.ts';
import {
  checkRestormerConfig,
  decode,
  encode,
  finish,
  type RestormerConfig,
  up,
} from './restormer-trunk.ts';
import {
  type BuildOptions,
  listParameters,
  type NetworkSpec,
  writeNetwork,
} from './write-network.ts';

/**
 * Builds a Restormer as a model from `input` to `output`, (N, C, H, W) with free N, H and W; H and
 * W must be multiples of 8. Weights have the names of published checkpoints.
 *
 * Errors: `INVALID_ARGUMENT` for inconsistent sizes, `CORRUPT_FILE` for weights that are missing,
 * extra or of another shape. Source: docs/notes/backbones.md section 1.
 *
 * @example
 * const config = { ...restormerDefaults, dim: 24 };
 * const model = buildRestormer(config, initialWeights(restormerParameters(config), 7));
 */
export function buildRestormer(
  config: RestormerConfig,
  weights: TensorMap,
  options?: BuildOptions,
): Model {
  return writeNetwork(restormer(config), weights, options);
}

/** Parameters of a Restormer, with shapes and initialisation. */
export function restormerParameters(config: RestormerConfig): Parameter[] {
  return listParameters(restormer(config));
}

function restormer(config: RestormerConfig): NetworkSpec {
  checkRestormerConfig('restormer', config);
  const { inChannels, outChannels } = config;
  return { family: 'restormer', inChannels, outChannels, write: (net) => write(net, config) };
}

function write(net: Network, config: RestormerConfig): void {
  const { g } = net;
  const { dim, bias } = config;
  const { embedded, skips, latent } = encode(net, 'input', config);
  const bottom = config.thinLatent ? 4 * dim : 8 * dim;
  const thin = { from: 8 * dim, to: bottom, kernel: 1, bias } as const;
  const reached = config.thinLatent ? net.scaled(8).conv('chnl_reduce3', latent, thin) : latent;
  const joined3 = ops.concat(g, [up(net.scaled(8), 'up4_3', reached, bottom), skips[2]], 1, {
    name: 'join3',
  });
  const reduced3 = net.scaled(4).conv('reduce_chan_level3', joined3, {
    from: bottom / 2 + 4 * dim,
    to: 4 * dim,
    kernel: 1,
    bias,
  });
  const level3 = decode(net, 3, reduced3, config);
  const joined2 = ops.concat(g, [up(net.scaled(4), 'up3_2', level3, 4 * dim), skips[1]], 1, {
    name: 'join2',
  });
  const reduced2 = net.scaled(2).conv('reduce_chan_level2', joined2, {
    from: 4 * dim,
    to: 2 * dim,
    kernel: 1,
    bias,
  });
  const level2 = decode(net, 2, reduced2, config);
  const joined1 = ops.concat(g, [up(net.scaled(2), 'up2_1', level2, 2 * dim), skips[0]], 1, {
    name: 'join1',
  });
  finish(net, decode(net, 1, joined1, config), 'input', embedded, config);
}
