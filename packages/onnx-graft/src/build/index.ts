export * from './graph-builder.ts';
export { numberBytes } from './number-bytes.ts';
export * as ops from './ops/index.ts';
export type * from './spec.ts';
