export { emitAngles } from './emit-angles.ts';
export { type BinaryCrossEntropy, emitBinaryCrossEntropy } from './emit-binary-cross-entropy.ts';
export { emitLoss, type LossKind, lossKinds } from './emit-loss.ts';
export { type Figure, figureOf } from './figure.ts';
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
} from './learner-graph.ts';
export { type RestorerGraph, type RestorerGraphOptions, restorerGraph } from './restorer-graph.ts';
export { type SensorGraphOptions, sensorGraph } from './sensor-graph.ts';
export { sensorModel } from './sensor-model.ts';
export type { Feed, TrainingGraph } from './step-graph.ts';
export { type StepMemory, stepMemory, stepMemoryFactor } from './step-memory.ts';
export { type LearnerOptions, type TrainingGraphOptions, trainingGraph } from './training-graph.ts';
