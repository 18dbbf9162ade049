export type {
  Checkpoint,
  CheckpointFormat,
  CheckpointScalar,
} from '../checkpoint/checkpoint.ts';
export { type OpenCheckpoint, openCheckpoint } from './open-checkpoint.ts';
export { readCheckpoint } from './read-checkpoint.ts';
export { checkpointFiles, shardNames } from './shard-index.ts';
