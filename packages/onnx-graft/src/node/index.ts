export * from './digest.ts';
export * from './file-source.ts';
export * from './io-error.ts';
export * from './make-folder.ts';
export * from './open-model.ts';
export * from './rehome-external.ts';
export * from './save-model.ts';
export * from './write-atomic.ts';
