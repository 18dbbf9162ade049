import type { DataType } from '../../model/data-type.ts';
import { dataTypeOf } from '../../model/data-type.ts';
import { joinAxes } from '../axes.ts';
import type { Call, Rule, RuleTable } from '../call.ts';
import { broadcastDims, broadcastElements } from '../elements.ts';
import { alike, axisAt, plain, type Shaped, shaped } from '../shaped.ts';

/** Keeps the shape of the first input; contents are lost. */
const keep: Rule = (call) => alike(call.inputs[0]);

function keepAll(...types: readonly string[]): RuleTable {
  return Object.fromEntries(types.map((type) => [type, keep]));
}

type Scalar = (a: number, b: number) => number;

/** Operators that work element by element, with broadcasting; small contents are computed. */
export const elementwise: RuleTable = {
  ...keepAll(
    'Relu',
    'LeakyRelu',
    'PRelu',
    'Elu',
    'Selu',
    'Celu',
    'ThresholdedRelu',
    'HardSigmoid',
    'HardSwish',
    'Softplus',
    'Softsign',
    'Sigmoid',
    'Tanh',
    'Erf',
    'Gelu',
    'Mish',
    'Swish',
    'Exp',
    'Log',
    'Reciprocal',
    'Sin',
    'Cos',
    'Tan',
    'Asin',
    'Acos',
    'Atan',
    'Sinh',
    'Cosh',
    'Asinh',
    'Acosh',
    'Atanh',
    'Clip',
    'Shrink',
    'Sign',
    'BitwiseNot',
    'CumSum',
    'Trilu',
    'Softmax',
    'LogSoftmax',
    'Hardmax',
    'LpNormalization',
    'LRN',
    'MeanVarianceNormalization',
    'BatchNormalization',
    'InstanceNormalization',
    'GroupNormalization',
    'RMSNormalization',
    'SimplifiedLayerNormalization',
    'Dropout',
    'SkipLayerNormalization',
    'SkipSimplifiedLayerNormalization',
    'GroupNorm',
    'Bernoulli',
    'ScatterElements',
    'ScatterND',
    'Scatter',
    'BiasGelu',
    'FastGelu',
    'QuickGelu',
    'BiasAdd',
    'RandomNormalLike',
    'RandomUniformLike',
    'ReverseSequence',
  ),
  LayerNormalization: layerNorm,
  Identity: (call) => call.inputs[0],
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundHalfEven),
  Neg: unary((a) => -a),
  Abs: unary(Math.abs),
  Sqrt: unary(Math.sqrt),
  Not: unary((a) => (a === 0 ? 1 : 0), 'bool'),
  IsNaN: unary(() => Number.NaN, 'bool'),
  IsInf: unary(() => Number.NaN, 'bool'),
  Cast: (call) => cast(call.inputs[0], dataTypeOf(call.int('to', 0))),
  CastLike: (call) => cast(call.inputs[0], call.inputs[1]?.dataType),
  QuantizeLinear: (call) => typed(call.inputs[0], call.inputs[2]?.dataType ?? 'uint8'),
  DequantizeLinear: (call) => typed(call.inputs[0], call.inputs[1]?.dataType),
  DynamicQuantizeLinear: (call) => [
    typed(call.inputs[0], 'uint8'),
    plain('float32', []),
    plain('uint8', []),
  ],
  Add: nary((a, b) => a + b),
  Sub: nary((a, b) => a - b),
  Mul: nary((a, b) => a * b),
  Div: (call) => broadcast(call, isFloat(call) ? (a, b) => a / b : (a, b) => Math.trunc(a / b)),
  Mod: (call) => broadcast(call, call.int('fmod', 0) === 1 ? (a, b) => a % b : positiveMod),
  Pow: nary((a, b) => a ** b),
  Min: nary(Math.min),
  Max: nary(Math.max),
  Sum: nary((a, b) => a + b),
  Mean: (call) => alike(broadcast(call, () => Number.NaN)),
  Equal: compare((a, b) => a === b),
  Greater: compare((a, b) => a > b),
  GreaterOrEqual: compare((a, b) => a >= b),
  Less: compare((a, b) => a < b),
  LessOrEqual: compare((a, b) => a <= b),
  And: compare((a, b) => a !== 0 && b !== 0),
  Or: compare((a, b) => a !== 0 || b !== 0),
  Xor: compare((a, b) => (a !== 0) !== (b !== 0)),
  BitShift: (call) => alike(broadcast(call, () => Number.NaN)),
  BitwiseAnd: (call) => alike(broadcast(call, () => Number.NaN)),
  BitwiseOr: (call) => alike(broadcast(call, () => Number.NaN)),
  Where: where,
};

/** The normalised value, and mean and inverse deviation, whose normalised axes have length 1. */
function layerNorm(call: Call): (Shaped | undefined)[] {
  const x = call.inputs[0];
  const axis = x?.dims && axisAt(call.int('axis', -1), x.dims.length);
  if (x?.dims === undefined || axis === undefined) return [alike(x)];
  const dims = x.dims.map((size, at) => (at < axis ? size : 1));
  const statistic = shaped('float32', dims, x.axes);
  return [alike(x), statistic, statistic];
}

function isFloat(call: Call): boolean {
  const type = call.inputs[0]?.dataType ?? call.inputs[1]?.dataType;
  return type === undefined || /float/.test(type);
}

function positiveMod(a: number, b: number): number {
  return ((a % b) + b) % b;
}

function roundHalfEven(a: number): number {
  const down = Math.floor(a);
  if (a - down !== 0.5) return Math.round(a);
  return down % 2 === 0 ? down : down + 1;
}

function typed(value: Shaped | undefined, dataType: DataType | undefined): Shaped | undefined {
  return value && shaped(dataType, value.dims, value.axes);
}

function unary(of: (a: number) => number, dataType?: DataType): Rule {
  return ({ inputs: [x] }) =>
    x && shaped(dataType ?? x.dataType, x.dims, x.axes, x.content?.map(of));
}

function cast(x: Shaped | undefined, to: DataType | undefined): Shaped | undefined {
  const whole = to !== undefined && /int/.test(to);
  return x && shaped(to, x.dims, x.axes, whole ? x.content?.map(Math.trunc) : x.content);
}

function nary(of: Scalar): Rule {
  return (call) => broadcast(call, of);
}

function compare(of: (a: number, b: number) => boolean): Rule {
  return (call) =>
    broadcast(call, (a, b) => (Number.isNaN(a + b) ? Number.NaN : Number(of(a, b))), 'bool');
}

function broadcast(call: Call, of: Scalar, dataType?: DataType): Shaped | undefined {
  let out = call.inputs[0];
  if (call.inputs.length === 1) return out;
  for (const right of call.inputs.slice(1)) {
    out = pair(call, out, right, of);
    if (out === undefined) return undefined;
  }
  return dataType === undefined || out === undefined ? out : { ...out, dataType };
}

function pair(
  call: Call,
  a: Shaped | undefined,
  b: Shaped | undefined,
  of: Scalar,
): Shaped | undefined {
  const dataType = a?.dataType ?? b?.dataType;
  if (a?.dims === undefined || b?.dims === undefined) return undefined;
  const dims = broadcastDims(a.dims, b.dims, (x, y) => call.clash(x, y, 'broadcast'));
  const axes = joinAxes(dims.length, [a.axes, b.axes]);
  if (a.content === undefined || b.content === undefined) return shaped(dataType, dims, axes);
  const left = broadcastElements(dims, a.dims, a.content);
  const right = left && broadcastElements(dims, b.dims, b.content);
  return shaped(dataType, dims, axes, right && left?.map((x, i) => of(x, right[i]!)));
}

function where(call: Call): Shaped | undefined {
  const [condition, yes, no] = call.inputs;
  if (!condition?.dims || !yes?.dims || !no?.dims) return undefined;
  const clash = (x: number, y: number): void => call.clash(x, y, 'broadcast');
  const dims = broadcastDims(broadcastDims(yes.dims, no.dims, clash), condition.dims, clash);
  const axes = joinAxes(dims.length, [condition.axes, yes.axes, no.axes]);
  const parts = [condition, yes, no].map(
    (part) => part.content && broadcastElements(dims, part.dims!, part.content),
  );
  const [test, then, other] = parts;
  if (!test || !then || !other) return shaped(yes.dataType, dims, axes);
  const content = test.map((flag, i) =>
    Number.isNaN(flag) ? Number.NaN : flag !== 0 ? then[i]! : other[i]!,
  );
  return shaped(yes.dataType, dims, axes, content);
}
