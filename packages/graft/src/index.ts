export {
  type Backbone,
  type BackbonePreset,
  type BuildOptions,
  backboneParameters,
  backbonePresets,
  buildBackbone,
  type DetectedBackbone,
  detectBackbone,
  type ImageTensors,
  whatToFill,
  withDim,
  withNamedAverages,
} from '@pip-graft/backbones';
export {
  bytesSource,
  checkModel,
  convertPrecision,
  type DataType,
  didYouMean,
  diffModels,
  type ErrorCode,
  elementCount,
  errorCodes,
  extendGraph,
  externalLocations,
  GraftError,
  type GraphFacts,
  graphFacts,
  type ImageRange,
  type ImageValues,
  imageRanges,
  type Model,
  mainImage,
  modelBytes,
  own,
  readModel,
  type SampleSizes,
  type ValueInfo,
} from '@pip-graft/onnx-graft';
export {
  type Adapter,
  type AdapterBase,
  adapterFiles,
  type BaseFit,
  type BaseHost,
  baseFit,
  canonicalJson,
  decodeAdapter,
  decodeSensor,
  type EncodedAdapter,
  type EncodedSensor,
  encodeAdapter,
  encodeSensor,
  findModules,
  type GraftRecord,
  type InputKind,
  importAdapter,
  inputKinds,
  type LabelWeights,
  labelWeights,
  type Plan,
  type PlanSummary,
  packageFiles,
  parseInit,
  pipParameters,
  readGraft,
  type Sensor,
  sensorFiles,
  ungraft,
} from '@pip-graft/pip-core';
export { nonFinite, tooWide } from '@pip-graft/weights';
export { applyGraft } from './apply-graft.ts';
export { freshAdapter } from './fresh-adapter.ts';
export { chooseSites, requireSites } from './host/choose-sites.ts';
export { type Host, type HostOptions, hostOf, newSha256 } from './host/host.ts';
export {
  type CloseLook,
  type Hash,
  type HostIdentity,
  type Look,
  locateUnder,
  lookAt,
  lookClosely,
} from './host/look-at.ts';
export { isInPlace, keepChoices } from './keep-choices.ts';
export { type GraftOptions, planGraft, tryPlan } from './plan-graft.ts';
export { type Swapped, swap } from './swap.ts';
export { version } from './version.ts';
