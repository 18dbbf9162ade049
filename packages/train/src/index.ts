export type { Batch, BatchOptions } from './data/batch.ts';
export { type KindShares, kindShares } from './data/batch.ts';
export type { RangeChoice } from './data/degrade/degradations.ts';
export { type OpenBatchesOptions, openBatches } from './data/open-batches.ts';
export { type Figure, type LossKind, lossKinds } from './graph/emit-loss.ts';
export type { Feed, TrainingGraph } from './graph/learner-graph.ts';
export {
  type LearnedPart,
  type LearnerOptions,
  type TrainingGraphOptions,
  trainingGraph,
} from './graph/training-graph.ts';
export { keepLearned, keepSensor, recent, type TrainingRecord } from './run/keep-learned.ts';
export { openRun, type Run, type RunRequest, type TrainingRun } from './run/open-run.ts';
export { openSensorRun, type SensorRequest, type SensorRun } from './run/open-sensor-run.ts';
export {
  type Preview,
  type PreviewPatch,
  type PreviewRequest,
  type PreviewRow,
  preview,
} from './run/preview.ts';
export { type RunFiles, runFiles, type ValidationRequest } from './run/resume.ts';
export {
  type RunHooks,
  type RunPace,
  type RunProgress,
  type RunResult,
  runSteps,
} from './run/run-steps.ts';
export type { LogLine, TrainLog, ValidationLine, ValidationLog } from './run/train-log.ts';
export type { DataRequest } from './run/training-data.ts';
export { defaultValidateEvery, type ValidationPlan } from './run/validator.ts';
export type { JsonValue, StateChange, StateOrigin, TrainingState } from './state/training-state.ts';
export type { SensorFigures } from './trainer/sensor.ts';
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
  type Stage,
  type StepOptions,
  stageOptions,
  type TrainOptions,
} from './trainer/train-options.ts';
export {
  openStepper,
  type StepBatch,
  type Stepper,
  type StepResult,
} from './trainer/train-step.ts';
export type { LabelFigures, LabelPatches } from './validation/validation-set.ts';
