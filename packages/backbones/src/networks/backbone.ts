import type { Model } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';
import { buildNafnet, nafnetParameters } from './build-nafnet.ts';
import { buildPromptir, promptirParameters } from './build-promptir.ts';
import { buildRestormer, restormerParameters } from './build-restormer.ts';
import { buildUnet, unetParameters } from './build-unet.ts';
import type { NafnetConfig } from './nafnet-config.ts';
import { initialWeights, type Parameter } from './parameter.ts';
import { type PromptirConfig, promptHeads } from './promptir-config.ts';
import type { RestormerConfig } from './restormer-config.ts';
import type { UnetConfig } from './unet-config.ts';
import type { BuildOptions } from './write-network.ts';

/** A network that can be built: its family and its sizes. */
export type Backbone =
  | { readonly family: 'nafnet'; readonly config: NafnetConfig }
  | { readonly family: 'restormer'; readonly config: RestormerConfig }
  | { readonly family: 'promptir'; readonly config: PromptirConfig }
  | { readonly family: 'unet'; readonly config: UnetConfig };

/** Parameters of a network, with shapes and initialisation. Errors: `INVALID_ARGUMENT`. */
export function backboneParameters(backbone: Backbone): Parameter[] {
  switch (backbone.family) {
    case 'nafnet':
      return nafnetParameters(backbone.config);
    case 'restormer':
      return restormerParameters(backbone.config);
    case 'promptir':
      return promptirParameters(backbone.config);
    case 'unet':
      return unetParameters(backbone.config);
  }
}

/**
 * Builds a network as a model, from weights under their published names or, untrained, from a seed.
 *
 * Errors: `INVALID_ARGUMENT` for inconsistent sizes, `CORRUPT_FILE` for weights that do not fit the
 * sizes.
 *
 * @example buildBackbone(backbonePresets['nafnet-small'], 7)
 */
export function buildBackbone(
  backbone: Backbone,
  weights: TensorMap | number,
  options?: BuildOptions,
): Model {
  const tensors =
    typeof weights === 'number' ? initialWeights(backboneParameters(backbone), weights) : weights;
  switch (backbone.family) {
    case 'nafnet':
      return buildNafnet(backbone.config, tensors, options);
    case 'restormer':
      return buildRestormer(backbone.config, tensors, options);
    case 'promptir':
      return buildPromptir(backbone.config, tensors, options);
    case 'unet':
      return buildUnet(backbone.config, tensors, options);
  }
}

/**
 * Changes a network's width: `dim`, NAFNet's `width`, or the first of a U-Net's `widths`; its other
 * widths, and PromptIR's prompts, scale in proportion.
 */
export function withDim(backbone: Backbone, dim: number): Backbone {
  if (backbone.family === 'nafnet') {
    return { family: 'nafnet', config: { ...backbone.config, width: dim } };
  }
  if (backbone.family === 'restormer') {
    return { family: 'restormer', config: { ...backbone.config, dim } };
  }
  if (backbone.family === 'unet') {
    const { config } = backbone;
    const [first = dim] = config.widths;
    const widths = config.widths.map((width) => Math.max(1, Math.round((width * dim) / first)));
    return { family: 'unet', config: { ...config, widths } };
  }
  const { config } = backbone;
  const grown = (channels: number) =>
    Math.max(1, Math.round((channels * dim) / config.trunk.dim / promptHeads)) * promptHeads;
  const [c1, c2, c3] = config.promptChannels;
  const promptChannels = [grown(c1), grown(c2), grown(c3)] as const;
  return {
    family: 'promptir',
    config: { ...config, trunk: { ...config.trunk, dim }, promptChannels },
  };
}
