export { isPrompt } from './is-prompt.ts';
export { judgeSensor, type SensorFigures } from './judge-sensor.ts';
export { type Stage, stageOptions } from './stages.ts';
export {
  type BatchSource,
  learned,
  type StepReport,
  startState,
  type TrainHooks,
  trainAdapter,
} from './train-adapter.ts';
export {
  defaultSensorOptions,
  defaultTrainOptions,
  type StepOptions,
  sensorPatches,
  type TrainOptions,
} from './train-options.ts';
export {
  openRestorer,
  openStepper,
  type PatchRestorer,
  type Stepper,
  type StepResult,
} from './train-step.ts';
