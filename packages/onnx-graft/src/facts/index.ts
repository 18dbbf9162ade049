export type { Conflict } from './call.ts';
export type { Dim, SymbolicDim } from './dim.ts';
export * from './graph-facts.ts';
export * from './image-input.ts';
export type { Shapes } from './infer-shapes.ts';
export type { Links, ValueUse } from './links.ts';
export type { SampleSizes } from './sample-inputs.ts';
export { type ReferenceSize, scaleOf } from './scale.ts';
export type { Shaped } from './shaped.ts';
