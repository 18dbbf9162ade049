import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './named.ts';

type Unary = (g: GraphBuilder, x: string, options?: Named) => string;
type Binary = (g: GraphBuilder, a: string, b: string, options?: Named) => string;

function unary(opType: string): Unary {
  return (g, x, options = {}) => g.node(opType, [x], {}, options)[0]!;
}

function binary(opType: string): Binary {
  return (g, a, b, options = {}) => g.node(opType, [a, b], {}, options)[0]!;
}

// These kept their form from operator set 11 to 23. Both inputs have one element type, and
// shapes broadcast as in numpy. `max` and `min` take integers since operator set 12.
export const add = binary('Add');
export const sub = binary('Sub');
export const mul = binary('Mul');
export const div = binary('Div');
export const pow = binary('Pow');
export const max = binary('Max');
export const min = binary('Min');
/** Remainder with the sign of the divisor; integers only. */
export const mod = binary('Mod');
export const less = binary('Less');
export const greater = binary('Greater');
export const and = binary('And');
export const or = binary('Or');
/** Matrix product over the last two axes; the axes before broadcast. */
export const matmul = binary('MatMul');

export const sqrt = unary('Sqrt');
export const exp = unary('Exp');
export const log = unary('Log');
export const erf = unary('Erf');
export const tanh = unary('Tanh');
export const sigmoid = unary('Sigmoid');
export const relu = unary('Relu');
export const neg = unary('Neg');
export const abs = unary('Abs');
export const reciprocal = unary('Reciprocal');
export const not = unary('Not');
