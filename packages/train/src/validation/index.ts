export { type HeldOut, holdOut } from './hold-out.ts';
export { type LabelFigures, measureLabels } from './measure-labels.ts';
export { requireApart } from './require-apart.ts';
export {
  type LabelPatches,
  type ValidationImages,
  validationPatches,
  validationSet,
} from './validation-set.ts';
