export { type DetectedBackbone, detectBackbone } from './detect-backbone.ts';
