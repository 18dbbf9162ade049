export { decodeState } from './decode-state.ts';
export { encodeState } from './encode-state.ts';
export { readState } from './read-state.ts';
export type {
  BestStep,
  JsonValue,
  StateChange,
  StateOrigin,
  TrainingState,
} from './training-state.ts';
export { writeState } from './write-state.ts';
