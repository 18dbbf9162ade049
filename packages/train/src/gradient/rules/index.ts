import { own } from '@pip-graft/onnx-graft';
import type { Rule } from '../backward.ts';
import { activation } from './activation.ts';
import { choice } from './choice.ts';
import { convolution } from './convolution.ts';
import { cutting } from './cutting.ts';
import { elementwise } from './elementwise.ts';
import { layout } from './layout.ts';
import { normalisation } from './normalisation.ts';
import { product, runtimeProduct } from './product.ts';
import { reduction } from './reduction.ts';
import { resampling } from './resampling.ts';

/** The rule of each operator of ONNX's default domain. */
const ownRules: Readonly<Record<string, Rule>> = {
  ...elementwise,
  ...activation,
  ...reduction,
  ...product,
  ...normalisation,
  ...convolution,
  ...resampling,
  ...layout,
  ...cutting,
  ...choice,
};

/** Rules of operators that onnxruntime's optimiser leaves in the files that it writes. */
const runtimeRules: Readonly<Record<string, Rule>> = {
  ...runtimeProduct,
  Gelu: activation['Gelu']!,
};

/** Returns the rule of an operator; undefined without one. */
export function ruleOf(domain: string, opType: string): Rule | undefined {
  if (domain === '' || domain === 'ai.onnx') return own(ownRules, opType);
  return domain === 'com.microsoft' ? own(runtimeRules, opType) : undefined;
}
