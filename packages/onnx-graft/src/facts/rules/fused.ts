import { joinAxes } from '../axes.ts';
import { Call, type Rule, type RuleTable } from '../call.ts';
import { broadcastDims } from '../elements.ts';
import { alike, axisAt, type Shaped, shaped } from '../shaped.ts';
import { convolution } from './convolution.ts';
import { matmul } from './matmul.ts';

const { AveragePool, GlobalAveragePool, MaxPool, QLinearConv } = convolution;
const { Gemm, MatMul } = matmul;

/** Each operand of an operator on quantised values is a tensor, its scale and its zero point. */
const triple = 3;

/**
 * Operators of onnxruntime that fuse several of ONNX's, where the name alone does not say what they
 * do to shapes. Source: onnxruntime docs/ContribOperators.md.
 */
export const fused: RuleTable = {
  SkipLayerNormalization: skipNorm,
  SkipSimplifiedLayerNormalization: skipNorm,
  BiasSoftmax: (call) => alike(call.inputs[0]),
  FusedGemm: Gemm!,
  MatMulIntegerToFloat: (call) => typed(product(call), 'float32'),
  DynamicQuantizeMatMul: (call) => typed(product(call), 'float32'),
  MultiHeadAttention: attention,
  NhwcMaxPool: lastToSecond(MaxPool!),
  QLinearAdd: quantisedPair,
  QLinearMul: quantisedPair,
  QLinearConcat: quantisedConcat,
  QLinearSigmoid: (call) => alike(call.inputs[0]),
  QLinearLeakyRelu: (call) => alike(call.inputs[0]),
  QLinearSoftmax: (call) => alike(call.inputs[0]),
  QLinearConv: eitherLayout(QLinearConv!),
  QLinearAveragePool: eitherLayout(AveragePool!),
  QLinearGlobalAveragePool: eitherLayout(GlobalAveragePool!),
};

function typed(value: Shaped | undefined, dataType: Shaped['dataType']): Shaped | undefined {
  return value && { ...value, dataType };
}

/** The normalised sum; the fourth output is the sum itself, which residual networks use further. */
function skipNorm(call: Call): (Shaped | undefined)[] {
  const sum = alike(call.inputs[0]);
  return [sum, undefined, undefined, sum];
}

function product(call: Call): Shaped | undefined {
  return first(MatMul!(call));
}

function first(result: ReturnType<Rule>): Shaped | undefined {
  return Array.isArray(result) ? result[0] : result;
}

/** As long as the query, as wide as the value; inputs packed into one tensor are not followed. */
function attention(call: Call): Shaped | undefined {
  const [query, , value] = call.inputs;
  if (query?.dims?.length !== 3) return undefined;
  const width = value?.dims?.length === 3 ? value.dims[2]! : Number.NaN;
  return shaped(query.dataType, [...query.dims.slice(0, 2), width], query.axes);
}

/** Applies a rule for channels second to a value with channels last. */
function lastToSecond(rule: Rule): Rule {
  return (call) => {
    const [x, ...others] = call.inputs;
    const moved = x?.dims?.length === 4 ? turned(x, [0, 3, 1, 2]) : undefined;
    if (moved === undefined) return undefined;
    const inner = withInputs(call, [moved, ...others]);
    const out = first(rule(inner));
    for (const conflict of inner.conflicts) call.conflicts.push(conflict);
    return out?.dims?.length === 4 ? turned(out, [0, 2, 3, 1]) : undefined;
  };
}

function turned(x: Shaped, order: readonly number[]): Shaped {
  const axes = x.axes && order.map((at) => x.axes![at]!).join('');
  return shaped(
    x.dataType,
    order.map((at) => x.dims![at]!),
    axes,
  );
}

/** The same node with other inputs. No rule for channels last reads a tensor from an attribute. */
function withInputs(call: Call, inputs: readonly (Shaped | undefined)[]): Call {
  return new Call(
    call.node,
    call.opset,
    inputs,
    ({ dims }) => shaped(undefined, dims),
    call.aspect,
  );
}

/** Pooling and convolutions on quantised values, with the layout in an attribute. */
function eitherLayout(rule: Rule): Rule {
  const last = lastToSecond(rule);
  return (call) => (call.int('channels_last', 0) === 1 ? last(call) : rule(call));
}

function quantisedPair(call: Call): Shaped | undefined {
  const [a, b] = [call.inputs[0], call.inputs[triple]];
  if (!a?.dims || !b?.dims) return undefined;
  const dims = broadcastDims(a.dims, b.dims, (x, y) => call.clash(x, y, 'broadcast'));
  return shaped(a.dataType, dims, joinAxes(dims.length, [a.axes, b.axes]));
}

/** The result's scale and zero point come before the operands. */
function quantisedConcat(call: Call): Shaped | undefined {
  const parts = call.inputs.slice(2).filter((_, i) => i % triple === 0);
  const known = parts.flatMap((part) => (part?.dims === undefined ? [] : [part.dims]));
  const [first] = known;
  const axis = first && axisAt(call.int('axis', 1), first.length);
  if (first === undefined || axis === undefined || known.length < parts.length) return undefined;
  if (known.some(({ length }) => length !== first.length)) return undefined;
  const dims = first.map((size, at) =>
    at === axis ? known.reduce((sum, part) => sum + part[at]!, 0) : size,
  );
  for (const part of known) {
    part.forEach((size, at) => {
      const differs = at !== axis && size !== dims[at] && !Number.isNaN(size + dims[at]!);
      if (differs) call.clash(dims[at]!, size, 'concat');
    });
  }
  const axes = joinAxes(
    first.length,
    parts.map((part) => part?.axes),
  );
  return shaped(parts[0]?.dataType, dims, axes);
}
