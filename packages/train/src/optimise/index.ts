export {
  type Accumulation,
  accumulate,
  createAccumulation,
  meanGradients,
} from './accumulate.ts';
export {
  type AdamWOptions,
  type AdamWState,
  createAdamW,
  type Moments,
  type StepExtras,
  stepAdamW,
} from './adamw.ts';
export { clipGradients, clipScale, gradientNorm } from './clip-gradients.ts';
export { type Floats, floatsOf } from './floats.ts';
export { learningRate, type RateSchedule } from './learning-rate.ts';
export { spikeScale, spikeWindow } from './spike-scale.ts';
export { updateAverage } from './update-average.ts';
