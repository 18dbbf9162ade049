export { emitAngles } from './emit-angles.ts';
export { emitLoss, type LossKind, lossKinds } from './emit-loss.ts';
export {
  hostParameters,
  type LearnedPart,
  learnedParts,
  readParameters,
} from './host-parameters.ts';
export {
  type TrainingGraph,
  type TrainingGraphOptions,
  trainingGraph,
} from './training-graph.ts';
