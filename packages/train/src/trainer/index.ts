export { judgeSensor, type LabelFigures } from './judge-sensor.ts';
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
  sensorShares,
  type TrainOptions,
} from './train-options.ts';
export { openStepper, type Stepper, type StepResult } from './train-step.ts';
