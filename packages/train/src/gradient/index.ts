export { type GradientModel, type GradientRequest, gradientOf } from './gradient-of.ts';
