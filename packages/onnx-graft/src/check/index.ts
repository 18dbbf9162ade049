export * from './check-model.ts';
export type * from './finding.ts';
