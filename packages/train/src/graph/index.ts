export { emitAngles } from './emit-angles.ts';
export { emitLoss, type LossKind, lossKinds } from './emit-loss.ts';
export { type FedGraft, graftFed } from './graft-fed.ts';
export {
  hostParameters,
  type LearnedPart,
  learnedParts,
  readParameters,
} from './host-parameters.ts';
export {
  type Learner,
  type LearnerGraphOptions,
  learnerGraph,
  type TrainingGraph,
} from './learner-graph.ts';
export { type StepMemory, stepMemory, stepMemoryFactor } from './step-memory.ts';
export { type TrainingGraphOptions, trainingGraph } from './training-graph.ts';
