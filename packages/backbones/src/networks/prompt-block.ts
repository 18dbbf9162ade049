import { ops } from '@pip-graft/onnx-graft';
import type { Network } from './network.ts';
import { kaiming } from './parameter.ts';

/** Sizes of a prompt block. */
export interface PromptShape {
  /** Channels of the feature that chooses. */
  readonly features: number;
  readonly prompts: number;
  readonly channels: number;
  readonly size: number;
}

/** A mixture of learned prompts, weighted by the feature's mean over its pixels, resized to the feature. */
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
