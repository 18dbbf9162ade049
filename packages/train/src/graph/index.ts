export { emitAngles } from './emit-angles.ts';
export { emitLoss, type LossKind, lossKinds } from './emit-loss.ts';
export {
  type TrainingGraph,
  type TrainingGraphOptions,
  trainingGraph,
} from './training-graph.ts';
