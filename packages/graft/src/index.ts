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
  type AdapterName,
  decodeAdapter,
  decodeSensor,
  type EncodedAdapter,
  type EncodedSensor,
  encodeAdapter,
  encodeSensor,
  formatPlan,
  type Plan,
  readGraft,
  type Sensor,
  ungraft,
} from '@pip-graft/pip-core';
export { freshAdapter } from './fresh-adapter.ts';
export { type GraftChoices, type Grafted, graft } from './graft.ts';
export { chooseSites } from './host/choose-sites.ts';
export { type Host, type HostOptions, hostOf } from './host/host.ts';
export type { HostIdentity } from './host/identify.ts';
export { requireSites } from './host/require-sites.ts';
export { type Hash, newSha256 } from './host/sha256.ts';
export { isInPlace, keepChoices } from './keep-choices.ts';
export { type PlanChoices, planOn } from './plan-on.ts';
export { type Swapped, swap } from './swap.ts';
export { version } from './version.ts';
