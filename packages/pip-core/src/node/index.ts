export { withDigest } from './adapter-digest.ts';
export { type InstalledAdapter, listAdapters } from './list-adapters.ts';
export { type PackedAdapter, type PackOptions, packAdapter } from './pack-adapter.ts';
export {
  type AdapterSummary,
  type ReadOptions,
  readAdapter,
  summariseAdapter,
} from './read-adapter.ts';
export { type ResolvedAdapter, resolveAdapter } from './resolve-adapter.ts';
export { writeAdapter } from './write-adapter.ts';
