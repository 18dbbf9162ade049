export * from './gradient/index.ts';
