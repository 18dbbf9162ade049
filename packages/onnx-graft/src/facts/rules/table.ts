import type { Rule } from '../call.ts';
import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { fourier } from './fourier.ts';
import { fused } from './fused.ts';
import { generate } from './generate.ts';
import { matmul } from './matmul.ts';
import { reduce } from './reduce.ts';
import { reshape } from './reshape.ts';
import { resize } from './resize.ts';
import { split } from './split.ts';

/** Domains whose operators are inferred; onnxruntime's fused forms keep the fused names. */
const domains = new Set(['', 'ai.onnx', 'com.microsoft']);

const rules = new Map<string, Rule>(
  [
    convolution,
    elementwise,
    generate,
    matmul,
    reduce,
    reshape,
    resize,
    split,
    fused,
    fourier,
  ].flatMap((table) => Object.entries(table)),
);

/** The rule of an operator; undefined if this version has none. */
export function ruleOf(domain: string, opType: string): Rule | undefined {
  return domains.has(domain) ? rules.get(opType) : undefined;
}
