import { type DataType, dataTypeCode, type FloatType } from '../../model/data-type.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './parts.ts';

type Unary = (g: GraphBuilder, x: string, options?: Named) => string;
type Binary = (g: GraphBuilder, a: string, b: string, options?: Named) => string;

function unary(opType: string): Unary {
  return (g, x, options = {}) => g.node(opType, [x], {}, options)[0]!;
}

function binary(opType: string): Binary {
  return (g, a, b, options = {}) => g.node(opType, [a, b], {}, options)[0]!;
}

// Same form in operator sets 11 to 23. Both inputs have one element type, and shapes broadcast as
// in numpy. `max` and `min` take integers since operator set 12.
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
/** Matrix product over the last two axes; the axes before them broadcast. */
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

/** Options of {@link clip}. */
export interface ClipOptions extends Named {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** x's type. Default float32. */
  readonly dataType?: FloatType | undefined;
}

/** x clipped to `min` and `max`, each optional. */
export function clip(g: GraphBuilder, x: string, options: ClipOptions): string {
  const { min: low, max: high, dataType = 'float32' } = options;
  if (g.opset < 12 && dataType === 'float16') {
    // CUDA's kernel of operator set 11 takes float32 only.
    const held = low === undefined ? x : max(g, x, g.scalar(low, dataType));
    return high === undefined ? held : min(g, held, g.scalar(high, dataType), options);
  }
  const bound = (value: number | undefined) =>
    value === undefined ? '' : g.scalar(value, dataType);
  return g.node('Clip', [x, bound(low), bound(high)], {}, options)[0]!;
}

/** Elements of `a` where the bool `condition` holds, else of `b`; all three broadcast. */
export function where(
  g: GraphBuilder,
  condition: string,
  a: string,
  b: string,
  options: Named = {},
): string {
  return g.node('Where', [condition, a, b], {}, options)[0]!;
}

/** Where numbers are equal; since 19 by two inequalities, because CUDA has no Equal kernel. */
export function equal(g: GraphBuilder, a: string, b: string, options: Named = {}): string {
  if (g.opset < 19) return g.node('Equal', [a, b], {}, options)[0]!;
  const [below] = g.node('LessOrEqual', [a, b]);
  const [above] = g.node('GreaterOrEqual', [a, b]);
  return and(g, below!, above!, options);
}

/** x in another element type. */
export function cast(g: GraphBuilder, x: string, to: DataType, options: Named = {}): string {
  return g.node('Cast', [x], { to: { int: dataTypeCode(to) } }, options)[0]!;
}

/** x as float32; x itself if it is float32 already. */
export function toFloat32(g: GraphBuilder, x: string, from: FloatType): string {
  return from === 'float32' ? x : cast(g, x, 'float32');
}

/** A float32 value cast to `to`; the value itself if that is float32. */
export function fromFloat32(g: GraphBuilder, x: string, to: FloatType): string {
  return to === 'float32' ? x : cast(g, x, to);
}

/** Options of {@link identity}. */
export interface IdentityOptions extends Named {
  /** Exact name of the result, if the model outputs it. */
  readonly output?: string | undefined;
}

/** A float value under another name; since 21 a Sum of one, because CUDA has no Identity kernel. */
export function identity(g: GraphBuilder, x: string, options: IdentityOptions = {}): string {
  const { name, output } = options;
  const outputs = output === undefined ? 1 : [output];
  return g.node(g.opset >= 21 ? 'Sum' : 'Identity', [x], {}, { name, outputs })[0]!;
}

/** Options of {@link gelu}. */
export interface GeluOptions extends Named {
  /** x's type. Default float32. */
  readonly dataType?: FloatType | undefined;
}

/** The exact GELU, x/2 · (1 + erf(x/√2)): an op since 20, before that in the form runtimes fuse. */
export function gelu(g: GraphBuilder, x: string, options: GeluOptions = {}): string {
  if (g.opset >= 20) return g.node('Gelu', [x], {}, options)[0]!;
  const { dataType = 'float32' } = options;
  const inner = erf(g, div(g, x, g.scalar(Math.SQRT2, dataType)));
  const gate = add(g, inner, g.scalar(1, dataType));
  return mul(g, mul(g, x, gate), g.scalar(0.5, dataType), options);
}
