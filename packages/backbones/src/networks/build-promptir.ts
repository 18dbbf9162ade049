import { GraftError, type Model, ops } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';
import type { Network } from './network.ts';
import { kaiming, type Parameter } from './parameter.ts';
import {
  blockShape,
  checkRestormerConfig,
  decode,
  encode,
  finish,
  type RestormerConfig,
  restormerDefaults,
  up,
} from './restormer-trunk.ts';
import { transformerBlock } from './transformer-block.ts';
import {
  type BuildOptions,
  listParameters,
  type NetworkSpec,
  writeNetwork,
} from './write-network.ts';

/** Sizes of a prompt block. */
export interface PromptShape {
  /** Channels of the feature that selects. */
  readonly features: number;
  readonly prompts: number;
  readonly channels: number;
  readonly size: number;
}

/** Learned prompts, mixed by the feature's mean over its pixels and resized to the feature. */
export function promptBlock(net: Network, x: string, shape: PromptShape): string {
  const { g, dataType } = net;
  const { features, prompts, channels, size } = shape;
  const init = kaiming(features);
  const weight = net.tensor('linear_layer.weight', [prompts, features], init);
  const bias = net.tensor('linear_layer.bias', [prompts], init);
  const mean = ops.reduceMean(g, x, [2, 3], { keepDims: false });
  const name = 'linear_layer';
  const logits = g.node('Gemm', [mean, weight, bias], { transB: { int: 1 } }, { name })[0]!;
  const weights = ops.softmax(g, logits, { dataType });
  const learned = { kind: 'uniform', low: 0, high: 1 } as const;
  const all = net.tensor('prompt_param', [1, prompts, channels, size, size], learned);
  const mixed = ops.matmul(g, weights, ops.reshape(g, all, [prompts, channels * size * size]));
  const prompt = ops.reshape(g, mixed, [0, channels, size, size]);
  const grown = ops.resizeTo(g, prompt, net.pixels(x));
  const same = { from: channels, to: channels, kernel: 3, bias: false } as const;
  return net.conv('conv3x3', net.feature(grown, channels), same);
}

/**
 * Builds a PromptIR with its decoder prompts, as a model from `input` to `output`, (N, C, H, W)
 * with free N, H and W; H and W must be multiples of 8. Weights have the names of published
 * checkpoints, without the `net.` that training put before them.
 *
 * Errors: `INVALID_ARGUMENT` for inconsistent sizes, `CORRUPT_FILE` for weights that are missing,
 * extra or of another shape. Source: docs/notes/backbones.md section 3.
 *
 * @example
 * const model = buildPromptir(config, initialWeights(promptirParameters(config), 7));
 */
export function buildPromptir(
  config: PromptirConfig,
  weights: TensorMap,
  options?: BuildOptions,
): Model {
  return writeNetwork(promptir(config), weights, options);
}

/** Parameters of a PromptIR, with shapes and initialisation; some are never used, as published. */
export function promptirParameters(config: PromptirConfig): Parameter[] {
  return listParameters(promptir(config));
}

function promptir(config: PromptirConfig): NetworkSpec {
  checkPromptirConfig(config);
  const { inChannels, outChannels } = config.trunk;
  return { family: 'promptir', inChannels, outChannels, write: (net) => write(net, config) };
}

function write(net: Network, config: PromptirConfig): void {
  const { g } = net;
  const { dim, bias } = config.trunk;
  const { embedded, skips, latent } = encode(net, 'input', config.trunk);
  declareUnused(net, config);

  const prompted3 = prompted(net.scaled(8), 3, latent, 8 * dim, 4 * dim, config);
  const up3 = up(net.scaled(8), 'up4_3', prompted3, 4 * dim);
  const joined3 = ops.concat(g, [up3, skips[2]], 1, { name: 'join3' });
  const wide3 = { from: 6 * dim, to: 4 * dim, kernel: 1, bias } as const;
  const level3 = decode(
    net,
    3,
    net.scaled(4).conv('reduce_chan_level3', joined3, wide3),
    config.trunk,
  );

  const prompted2 = prompted(net.scaled(4), 2, level3, 4 * dim, 4 * dim, config);
  const up2 = up(net.scaled(4), 'up3_2', prompted2, 4 * dim);
  const joined2 = ops.concat(g, [up2, skips[1]], 1, { name: 'join2' });
  const wide2 = { from: 4 * dim, to: 2 * dim, kernel: 1, bias } as const;
  const level2 = decode(
    net,
    2,
    net.scaled(2).conv('reduce_chan_level2', joined2, wide2),
    config.trunk,
  );

  const prompted1 = prompted(net.scaled(2), 1, level2, 2 * dim, 2 * dim, config);
  const up1 = up(net.scaled(2), 'up2_1', prompted1, 2 * dim);
  const joined1 = ops.concat(g, [up1, skips[0]], 1, { name: 'join1' });
  finish(net, decode(net, 1, joined1, config.trunk), 'input', embedded, config.trunk);
}

/**
 * A decoder feature after its prompt: prompt block, Concat, a transformer block over both, a 1x1 to
 * `to` channels.
 */
function prompted(
  net: Network,
  level: 1 | 2 | 3,
  x: string,
  from: number,
  to: number,
  config: PromptirConfig,
): string {
  const channels = config.promptChannels[level - 1]!;
  const size = config.promptSizes[level - 1]!;
  const shape = { features: from, prompts: config.prompts, channels, size };
  const prompt = promptBlock(net.at(`prompt${level}`), x, shape);
  const joined = ops.concat(net.g, [x, prompt], 1, { name: `join_prompt${level}` });
  const both = from + channels;
  const block = blockShape(config.trunk, both, promptHeads);
  const mixed = transformerBlock(net.at(`noise_level${level}`), joined, block);
  const { bias } = config.trunk;
  return net.conv(`reduce_noise_level${level}`, mixed, { from: both, to, kernel: 1, bias });
}

/** Published checkpoints contain these 1x1 convolutions, which are never used. */
function declareUnused(net: Network, config: PromptirConfig): void {
  const { dim, bias } = config.trunk;
  const [c1, c2, c3] = config.promptChannels;
  const thin3 = Math.floor((c3 * 4) / 5);
  const shapes: readonly (readonly [name: string, to: number, from: number])[] = [
    ['chnl_reduce1', c1, c1],
    ['chnl_reduce2', c2, c2],
    ['chnl_reduce3', thin3, c3],
    ['reduce_noise_channel_1', dim, dim + c1],
    ['reduce_noise_channel_2', 2 * dim, 2 * dim + c2],
    ['reduce_noise_channel_3', 4 * dim, 4 * dim + thin3],
  ];
  for (const [name, to, from] of shapes) {
    net.declare(`${name}.weight`, [to, from, 1, 1], kaiming(from), true);
    if (bias) net.declare(`${name}.bias`, [to], kaiming(from), true);
  }
}

/** Sizes of a PromptIR (docs/notes/backbones.md section 3). Lists are for levels 1, 2 and 3. */
export interface PromptirConfig {
  readonly trunk: RestormerConfig;
  /** Number of prompts that a level mixes. */
  readonly prompts: number;
  readonly promptChannels: readonly [number, number, number];
  readonly promptSizes: readonly [number, number, number];
}

/** The published network: 35,592,263 parameters. */
export const promptirDefaults: PromptirConfig = {
  trunk: restormerDefaults,
  prompts: 5,
  promptChannels: [64, 128, 320],
  promptSizes: [64, 32, 16],
};

/** Heads of the blocks that join a prompt with a feature. */
export const promptHeads = 4;

/** Rejects impossible sizes: `INVALID_ARGUMENT`. */
function checkPromptirConfig(config: PromptirConfig): void {
  const { trunk, prompts, promptChannels, promptSizes } = config;
  checkRestormerConfig('promptir', trunk);
  const fail = (what: string) => {
    throw new GraftError('INVALID_ARGUMENT', `promptir: ${what}`);
  };
  if (trunk.dualPixel) fail('there is no dual-pixel variant.');
  if ([prompts, ...promptChannels, ...promptSizes].some((n) => !Number.isInteger(n) || n < 1)) {
    fail('prompts, their channels and sizes must be whole numbers above zero.');
  }
  promptChannels.forEach((channels, index) => {
    const joined = trunk.dim * 2 ** (index + 1) + channels;
    if (joined % promptHeads !== 0) {
      fail(
        `level ${index + 1} joins ${joined} channels, which ${promptHeads} heads do not divide.`,
      );
    }
  });
}
