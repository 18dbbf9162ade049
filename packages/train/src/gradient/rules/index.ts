import type { Rule } from '../backward.ts';
import { activation } from './activation.ts';
import { choice } from './choice.ts';
import { convolution } from './convolution.ts';
import { cutting } from './cutting.ts';
import { elementwise } from './elementwise.ts';
import { layout } from './layout.ts';
import { normalisation } from './normalisation.ts';
import { product } from './product.ts';
import { reduction } from './reduction.ts';
import { resampling } from './resampling.ts';

/** The rule of each operator of ONNX's own domain. */
export const rules: Readonly<Record<string, Rule>> = {
  ...{ ...elementwise, ...activation, ...reduction, ...product },
  ...{ ...normalisation, ...convolution, ...resampling },
  ...{ ...layout, ...cutting, ...choice },
};
