export type { Batch, BatchOptions } from './data/batch.ts';
export type { RangeChoice } from './data/degrade/ranges.ts';
export { type OpenBatchesOptions, openBatches } from './data/open-batches.ts';
export type { PreviewPatch, PreviewRow } from './data/preview-sheet.ts';
export { type KindShares, kindShares } from './data/sample-kind.ts';
export { type Figure, type LossKind, lossKinds } from './graph/emit-loss.ts';
export type { Feed, TrainingGraph } from './graph/learner-graph.ts';
export {
  type LearnedPart,
  type LearnerOptions,
  type TrainingGraphOptions,
  trainingGraph,
} from './graph/training-graph.ts';
export { keepLearned, keepSensor } from './run/keep-learned.ts';
export { openRun, type Run, type RunRequest, type TrainingRun } from './run/open-run.ts';
export { openSensorRun, type SensorRequest, type SensorRun } from './run/open-sensor-run.ts';
export { type Preview, type PreviewRequest, preview } from './run/preview.ts';
export { type RunFiles, runFiles } from './run/run-files.ts';
export type { ValidationRequest } from './run/run-options.ts';
export {
  type RunHooks,
  type RunPace,
  type RunProgress,
  type RunResult,
  runSteps,
} from './run/run-steps.ts';
export type { LogLine, TrainLog, ValidationLine, ValidationLog } from './run/train-log.ts';
export type { DataRequest } from './run/training-data.ts';
export { recent, type TrainingRecord } from './run/training-record.ts';
export { defaultValidateEvery, type ValidationPlan } from './run/validator.ts';
export type { JsonValue, StateChange, StateOrigin, TrainingState } from './state/training-state.ts';
export type { SensorFigures } from './trainer/judge-sensor.ts';
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
  type TrainOptions,
} from './trainer/train-options.ts';
export {
  openStepper,
  type StepBatch,
  type Stepper,
  type StepResult,
} from './trainer/train-step.ts';
export type { LabelFigures, LabelPatches } from './validation/validation-set.ts';
