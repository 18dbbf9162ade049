export { withDigest } from './adapter-file.ts';
export { encodePushed, type PushedAdapter } from './encode-pushed.ts';
export { type InstalledAdapter, listAdapters } from './list-adapters.ts';
export { type PackedAdapter, type PackOptions, packAdapter } from './pack-adapter.ts';
export {
  type AdapterSummary,
  type ReadOptions,
  readAdapter,
  summariseAdapter,
} from './read-adapter.ts';
export {
  readOwnSensor,
  readSensor,
  resolveSensor,
  withSensorDigest,
} from './read-sensor.ts';
export { type ResolvedAdapter, resolveAdapter } from './resolve-adapter.ts';
export { writeAdapter, writeSensor } from './write-adapter.ts';
