export type { Environment, HubOptions, HubProgress } from '@pip-graft/hub';
export { hubSettings, hubText, isHubName, parseHubName, pushFiles } from '@pip-graft/hub';
export {
  openModel,
  type SaveOptions,
  saveExternalized,
  saveModel,
} from '@pip-graft/onnx-graft/node';
export {
  type AdapterSummary,
  encodePushed,
  listAdapters,
  packAdapter,
  readAdapter,
  readOwnSensor,
  readSensor,
  resolveAdapter,
  resolveSensor,
  writeAdapter,
  writeSensor,
} from '@pip-graft/pip-core/node';
export { checkpointFiles, type OpenCheckpoint, openCheckpoint } from '@pip-graft/weights/node';
export * from '../index.ts';
export {
  fetchAdapter,
  fetchCheckpoint,
  fetchModel,
  fetchSensor,
  localAdapter,
  localCheckpoint,
  localModel,
  localSensor,
} from './local-names.ts';
export {
  type Home,
  nodeSha256,
  type OpenAdapterOptions,
  type OpenGraft,
  type OpenHost,
  openAdapter,
  openGraft,
  openHost,
} from './open.ts';
