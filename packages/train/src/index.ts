export * from './data/index.ts';
export * from './gradient/index.ts';
export * from './optimise/index.ts';
export * from './state/index.ts';
