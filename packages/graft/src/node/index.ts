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
export { fetchAdapter, fetchSensor, localAdapter, localSensor } from './local-adapter.ts';
export { fetchCheckpoint, localCheckpoint } from './local-checkpoint.ts';
export { fetchModel, localModel } from './local-model.ts';
export { nodeSha256 } from './node-sha256.ts';
export { type OpenAdapterOptions, openAdapter } from './open-adapter.ts';
export { type OpenGraft, openGraft } from './open-graft.ts';
export { type Home, type OpenHost, openHost } from './open-host.ts';
