import { argument, GraftError, type Model } from '@pip-graft/onnx-graft';
import { firstTooLarge, type TensorMap } from '@pip-graft/weights';
import { buildNafnet, nafnetParameters } from './build-nafnet.ts';
import {
  buildPromptir,
  type PromptirConfig,
  promptHeads,
  promptirDefaults,
  promptirParameters,
} from './build-promptir.ts';
import { buildRestormer, restormerParameters } from './build-restormer.ts';
import { buildUnet, unetParameters } from './build-unet.ts';
import { type NafnetConfig, nafnetDefaults } from './nafnet-config.ts';
import { initialWeights, type Parameter } from './parameter.ts';
import { type RestormerConfig, restormerDefaults } from './restormer-trunk.ts';
import { type UnetConfig, unetDefaults } from './unet-config.ts';
import type { BuildOptions } from './write-network.ts';

/** A network that can be built: its family and its sizes. */
export type Backbone =
  | { readonly family: 'nafnet'; readonly config: NafnetConfig }
  | { readonly family: 'restormer'; readonly config: RestormerConfig }
  | { readonly family: 'promptir'; readonly config: PromptirConfig }
  | { readonly family: 'unet'; readonly config: UnetConfig };

/** Parameters of a network, with shapes and initialisation. Errors: `INVALID_ARGUMENT`. */
export function backboneParameters(backbone: Backbone): Parameter[] {
  requireBackbone(backbone, 'backboneParameters');
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
 * Errors: `INVALID_ARGUMENT` for inconsistent sizes, and for weights that would become infinite in
 * the type of `options`; `CORRUPT_FILE` for weights that do not fit the
 * sizes.
 *
 * @example buildBackbone(backbonePresets['nafnet-small'], 7)
 */
export function buildBackbone(
  backbone: Backbone,
  weights: TensorMap | number,
  options?: BuildOptions,
): Model {
  requireBackbone(backbone, 'buildBackbone');
  if (typeof weights !== 'number') {
    argument.requireTensors(weights, 'buildBackbone: weights');
    const model = written(backbone, weights, options);
    requireFit(backbone.family, model, weights);
    return model;
  }
  return written(backbone, initialWeights(backboneParameters(backbone), weights), options);
}

function written(backbone: Backbone, tensors: TensorMap, options?: BuildOptions): Model {
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

/** Reads the weights that a model stores in a smaller type, before they are saved as infinity. */
function requireFit(family: string, { graph }: Model, weights: TensorMap): void {
  const large = graph.initializers.flatMap(({ name, dataType }) => {
    if (dataType !== 'float16' && dataType !== 'bfloat16') return [];
    const data = weights.get(name)?.data;
    return data && firstTooLarge(data, dataType) !== undefined ? [{ name, dataType }] : [];
  });
  const [first] = large;
  if (first === undefined) return;
  const others = first.dataType === 'float16' ? 'float32 or bfloat16' : 'float32';
  const what = large.length === 1 ? '1 tensor does' : `${large.length} tensors do`;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `Weights for ${family}: ${what} not fit ${first.dataType}, such as '${first.name}'; use ${others}.`,
  );
}

/**
 * Changes a network's width: `dim`, NAFNet's `width`, or the first of a U-Net's `widths`; its other
 * widths, and PromptIR's prompts, scale in proportion.
 */
export function withDim(backbone: Backbone, dim: number): Backbone {
  requireBackbone(backbone, 'withDim');
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

/** Rejects what is not a network of a known family. Errors: `INVALID_ARGUMENT`. */
function requireBackbone(backbone: unknown, place: string): void {
  const takes = "a network such as `backbonePresets['nafnet-tiny']`";
  argument.requireKind(backbone, { member: 'config', place, takes });
  const { family } = backbone as Backbone;
  argument.requireChoice(family ?? '', { place: `${place}: family`, choices: families });
}

const families: readonly Backbone['family'][] = ['nafnet', 'restormer', 'promptir', 'unet'];

const sidd = { encoder: [2, 2, 4, 8], middle: 12, decoder: [2, 2, 2, 2] };
const smallTrunk = { ...restormerDefaults, dim: 16, blocks: [1, 1, 1, 2], refinement: 1 } as const;

/**
 * Networks by name: the published ones of docs/notes/backbones.md, and small ones with all parts of
 * their family for demonstrations and tests.
 *
 * @example buildBackbone(backbonePresets.restormer, 7)
 */
export const backbonePresets = {
  nafnet: { family: 'nafnet', config: nafnetDefaults },
  'nafnet-gopro-w64': { family: 'nafnet', config: { ...nafnetDefaults, width: 64 } },
  'nafnet-sidd-w32': { family: 'nafnet', config: { ...nafnetDefaults, ...sidd } },
  'nafnet-sidd-w64': { family: 'nafnet', config: { ...nafnetDefaults, ...sidd, width: 64 } },
  'nafnet-tiny': {
    family: 'nafnet',
    config: {
      ...nafnetDefaults,
      width: 16,
      encoder: [1, 1, 1],
      middle: 2,
      decoder: [1, 1, 1],
    },
  },
  'nafnet-small': {
    family: 'nafnet',
    config: { ...nafnetDefaults, width: 16, encoder: [1, 1, 1, 2] },
  },
  restormer: { family: 'restormer', config: restormerDefaults },
  'restormer-denoise': { family: 'restormer', config: { ...restormerDefaults, normBias: false } },
  'restormer-denoise-grey': {
    family: 'restormer',
    config: { ...restormerDefaults, normBias: false, inChannels: 1, outChannels: 1 },
  },
  'restormer-dual-pixel': {
    family: 'restormer',
    config: { ...restormerDefaults, inChannels: 6, dualPixel: true },
  },
  'restormer-small': { family: 'restormer', config: smallTrunk },
  promptir: { family: 'promptir', config: promptirDefaults },
  'promptir-small': {
    family: 'promptir',
    config: { ...promptirDefaults, trunk: smallTrunk, promptChannels: [16, 32, 64] },
  },
  'unet-small': { family: 'unet', config: { ...unetDefaults, widths: [32, 64, 96] } },
  'unet-medium': { family: 'unet', config: unetDefaults },
} as const satisfies Record<string, Backbone>;

/** Name of a preset. */
export type BackbonePreset = keyof typeof backbonePresets;
