export * from './data/index.ts';
export * from './gradient/index.ts';
export * from './graph/index.ts';
export * from './optimise/index.ts';
export * from './state/index.ts';
export * from './trainer/index.ts';
export * from './validation/index.ts';
