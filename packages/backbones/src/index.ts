export * from './build/index.ts';
export * from './fingerprint/fingerprint.ts';
export * from './import/index.ts';
export * from './locate/index.ts';
export { type Recognised, recognise } from './recognise/recognise.ts';
