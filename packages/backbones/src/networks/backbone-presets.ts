import type { Backbone } from './backbone.ts';
import { nafnetDefaults } from './nafnet-config.ts';
import { promptirDefaults } from './promptir-config.ts';
import { restormerDefaults } from './restormer-config.ts';
import { unetDefaults } from './unet-config.ts';

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
