export type { Batch, BatchOptions } from './data/batch.ts';
export { checkBatchOptions } from './data/check-batch-options.ts';
export { checkRange } from './data/degrade/check-range.ts';
export {
  isPatchLabel,
  type PatchDegradation,
  type PatchLabel,
  patchDegradations,
} from './data/degrade/patch-degradations.ts';
export {
  type DegradeRanges,
  defaultRanges,
  type RangeChoice,
  rangesOf,
} from './data/degrade/ranges.ts';
export { listPairs, type PhotoPair } from './data/list-pairs.ts';
export { listPhotos } from './data/list-photos.ts';
export { type BatchPart, makeBatch } from './data/make-batch.ts';
export { type OpenBatchesOptions, openBatches } from './data/open-batches.ts';
export { type KindShares, kindShares, type SampleKind } from './data/sample-kind.ts';
export { type Figure, figureOf, type LossKind, lossKinds } from './graph/emit-loss.ts';
export type { Feed, TrainingGraph } from './graph/learner-graph.ts';
export {
  type RestorerGraph,
  type RestorerGraphOptions,
  restorerGraph,
} from './graph/restorer-graph.ts';
export { type SensorGraphOptions, sensorGraph } from './graph/sensor-graph.ts';
export { type StepMemory, stepMemory, stepMemoryFactor } from './graph/step-memory.ts';
export {
  hostParameters,
  type LearnedPart,
  type LearnerOptions,
  readParameters,
  type TrainingGraphOptions,
  trainingGraph,
} from './graph/training-graph.ts';
export { readState, writeState } from './state/state-file.ts';
export type {
  BestStep,
  JsonValue,
  StateChange,
  StateOrigin,
  TrainingState,
} from './state/training-state.ts';
export { judgeSensor, type SensorFigures } from './trainer/judge-sensor.ts';
export { type Stage, stageOptions } from './trainer/stages.ts';
export {
  type BatchSource,
  learned,
  type StepReport,
  startState,
  type TrainHooks,
  trainAdapter,
} from './trainer/train-adapter.ts';
export {
  defaultSensorOptions,
  defaultTrainOptions,
  type StepOptions,
  sensorPatches,
  type TrainOptions,
} from './trainer/train-options.ts';
export {
  openRestorer,
  openStepper,
  type PatchRestorer,
  type StepBatch,
  type Stepper,
  type StepResult,
} from './trainer/train-step.ts';
export { type HeldOut, holdOut, requireApart } from './validation/hold-out.ts';
export { type LabelFigures, measureLabels } from './validation/measure-labels.ts';
export {
  type LabelPatches,
  type ValidationImages,
  validationPatches,
  validationSet,
} from './validation/validation-set.ts';
