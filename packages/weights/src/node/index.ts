export type { Checkpoint, CheckpointFormat, CheckpointScalar } from '../checkpoint/checkpoint.ts';
export { openCheckpoint } from './open-checkpoint.ts';
export { readCheckpoint } from './read-checkpoint.ts';
