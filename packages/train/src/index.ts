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
export { type LossKind, lossKinds } from './graph/emit-loss.ts';
export { type Figure, figureOf } from './graph/figure.ts';
export { hostParameters, type LearnedPart, readParameters } from './graph/host-parameters.ts';
export {
  type RestorerGraph,
  type RestorerGraphOptions,
  restorerGraph,
} from './graph/restorer-graph.ts';
export { type SensorGraphOptions, sensorGraph } from './graph/sensor-graph.ts';
export type { Feed, TrainingGraph } from './graph/step-graph.ts';
export { type StepMemory, stepMemory, stepMemoryFactor } from './graph/step-memory.ts';
export {
  type LearnerOptions,
  type TrainingGraphOptions,
  trainingGraph,
} from './graph/training-graph.ts';
export { readState } from './state/read-state.ts';
export type {
  BestStep,
  JsonValue,
  StateChange,
  StateOrigin,
  TrainingState,
} from './state/training-state.ts';
export { writeState } from './state/write-state.ts';
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
export { type HeldOut, holdOut } from './validation/hold-out.ts';
export { type LabelFigures, measureLabels } from './validation/measure-labels.ts';
export { requireApart } from './validation/require-apart.ts';
export {
  type LabelPatches,
  type ValidationImages,
  validationPatches,
  validationSet,
} from './validation/validation-set.ts';
