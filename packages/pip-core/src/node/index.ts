export { withDigest } from './adapter-digest.ts';
export { readAdapter } from './read-adapter.ts';
export { type ResolvedAdapter, resolveAdapter } from './resolve-adapter.ts';
export { writeAdapter } from './write-adapter.ts';
