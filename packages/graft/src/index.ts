export {
  bytesSource,
  type ErrorCode,
  errorCodes,
  GraftError,
  type Model,
  modelBytes,
  readModel,
} from '@pip-graft/onnx-graft';
export {
  type Adapter,
  decodeAdapter,
  decodeSensor,
  type EncodedAdapter,
  type EncodedSensor,
  encodeAdapter,
  encodeSensor,
  type GraftRecord,
  type InputKind,
  inputKinds,
  type LabelWeights,
  type Plan,
  type PlanSummary,
  readGraft,
  type Sensor,
  ungraft,
} from '@pip-graft/pip-core';
export { applyGraft } from './apply-graft.ts';
export { freshAdapter } from './fresh-adapter.ts';
export { chooseSites, requireSites } from './host/choose-sites.ts';
export { type Host, type HostOptions, hostOf } from './host/host.ts';
export type { HostIdentity } from './host/look-at.ts';
export { type CloseLook, type Look, locateUnder, lookAt, lookClosely } from './host/look-at.ts';
export { type Hash, newSha256 } from './host/sha256.ts';
export { isInPlace, keepChoices } from './keep-choices.ts';
export { type GraftOptions, planGraft, tryPlan } from './plan-graft.ts';
export { type Swapped, swap } from './swap.ts';
export { version } from './version.ts';
