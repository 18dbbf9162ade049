export * from './diff-models.ts';
export type * from './model-diff.ts';
