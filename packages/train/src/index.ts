export * from './data/index.ts';
export * from './gradient/index.ts';
