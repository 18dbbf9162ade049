export * from './optimise/index.ts';
export * from './state/index.ts';
