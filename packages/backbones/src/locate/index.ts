export * from './locate-skips.ts';
export type * from './located.ts';
