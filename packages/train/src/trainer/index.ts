export { openStepper, type Stepper, type StepResult } from './train-step.ts';
