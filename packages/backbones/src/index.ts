export { type Digest, type FingerprintOptions, fingerprint } from './fingerprint/fingerprint.ts';
export {
  type DetectedBackbone,
  type DetectOptions,
  detectBackbone,
  withNamedAverages,
} from './import/detect-backbone.ts';
export type { LeftAverage } from './import/name-averages.ts';
export { whatToFill, whyNotFilled } from './locate/image-tensors.ts';
export { locateSkips } from './locate/locate-skips.ts';
export type { Family, ImageTensors, Located, LocatedImage } from './locate/located.ts';
export { whyInvalid } from './locate/warnings.ts';
export {
  type Backbone,
  type BackbonePreset,
  backboneParameters,
  backbonePresets,
  buildBackbone,
  withDim,
} from './networks/backbone.ts';
export { buildNafnet, nafnetParameters } from './networks/build-nafnet.ts';
export { buildUnet } from './networks/build-unet.ts';
export { type NafnetConfig, nafnetDefaults } from './networks/nafnet-config.ts';
export { initialWeights } from './networks/parameter.ts';
export type { UnetConfig } from './networks/unet-config.ts';
export type { BuildOptions, NetworkSpec } from './networks/write-network.ts';
export { version } from './version.ts';
