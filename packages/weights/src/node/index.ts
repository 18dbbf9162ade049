export type {
  Checkpoint,
  CheckpointFormat,
  CheckpointScalar,
} from '../checkpoint/checkpoint.ts';
export { type OpenCheckpoint, openCheckpoint, readCheckpoint } from './open-checkpoint.ts';
export { checkpointFiles, shardNames } from './shard-index.ts';
