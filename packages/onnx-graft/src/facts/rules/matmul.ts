import { joinAxes } from '../axes.ts';
import type { Call, RuleTable } from '../call.ts';
import { broadcastDims } from '../elements.ts';
import { type Shaped, shaped } from '../shaped.ts';

/** Matrix products. The contracted axis is gone: attention over channels has no image axis. */
export const matmul: RuleTable = {
  MatMul: (call) => product(call, call.inputs[0], call.inputs[1]),
  FusedMatMul: (call) =>
    product(
      call,
      call.int('transA', 0) === 1 ? turned(call.inputs[0]) : call.inputs[0],
      call.int('transB', 0) === 1 ? turned(call.inputs[1]) : call.inputs[1],
    ),
  MatMulInteger: (call) => typed(product(call, call.inputs[0], call.inputs[1]), 'int32'),
  QLinearMatMul: (call) =>
    typed(product(call, call.inputs[0], call.inputs[3]), call.inputs[7]?.dataType),
  Gemm: (call) =>
    product(
      call,
      call.int('transA', 0) === 1 ? turned(call.inputs[0]) : call.inputs[0],
      call.int('transB', 0) === 1 ? turned(call.inputs[1]) : call.inputs[1],
    ),
  Einsum: einsum,
};

function typed(value: Shaped | undefined, dataType: Shaped['dataType']): Shaped | undefined {
  return value && { ...value, dataType };
}

function turned(x: Shaped | undefined): Shaped | undefined {
  if (x?.dims === undefined || x.dims.length < 2) return x;
  const swap = <T>(list: readonly T[]): T[] => [...list.slice(0, -2), list.at(-1)!, list.at(-2)!];
  return shaped(x.dataType, swap(x.dims), x.axes && swap([...x.axes]).join(''));
}

function product(call: Call, a: Shaped | undefined, b: Shaped | undefined): Shaped | undefined {
  if (!a?.dims || !b?.dims || a.dims.length === 0 || b.dims.length === 0) return undefined;
  const left = a.dims.length === 1 ? [1, ...a.dims] : a.dims;
  const right = b.dims.length === 1 ? [...b.dims, 1] : b.dims;
  const inner = left.at(-1)!;
  const other = right.at(-2)!;
  if (inner !== other && !Number.isNaN(inner + other)) call.clash(inner, other, 'matmul');
  const batch = broadcastDims(left.slice(0, -2), right.slice(0, -2), (x, y) =>
    call.clash(x, y, 'broadcast'),
  );
  const dims = [...batch];
  const lettersA = letters(a, left.length, 0);
  const lettersB = letters(b, right.length, 1);
  let axes = joinAxes(batch.length, [lettersA?.slice(0, -2), lettersB?.slice(0, -2)]);
  if (a.dims.length > 1) {
    dims.push(left.at(-2)!);
    axes = axes !== undefined && lettersA ? axes + lettersA.at(-2)! : undefined;
  }
  if (b.dims.length > 1) {
    dims.push(right.at(-1)!);
    axes = axes !== undefined && lettersB ? axes + lettersB.at(-1)! : undefined;
  }
  return shaped(a.dataType, dims, axes);
}

/** Letters of an operand made at least a matrix. */
function letters(x: Shaped, rank: number, side: 0 | 1): string | undefined {
  if (x.axes === undefined || x.axes.length === rank) return x.axes;
  return side === 0 ? `.${x.axes}` : `${x.axes}.`;
}

function einsum(call: Call): Shaped | undefined {
  const [left, right] = call.string('equation', '').replaceAll(' ', '').split('->');
  // Ellipses and the implicit form are rare in exports and not worth a wrong answer.
  if (left === undefined || right === undefined || left.includes('.')) return undefined;
  const sizes = new Map<string, number>();
  const names = new Map<string, string>();
  left.split(',').forEach((term, operand) => {
    const x = call.inputs[operand];
    [...term].forEach((index, axis) => {
      const size = x?.dims?.[axis];
      if (size !== undefined && !(sizes.get(index)! > 1)) sizes.set(index, size);
      const letter = x?.axes?.[axis];
      if (letter !== undefined && letter !== '.') names.set(index, letter);
    });
  });
  const known = call.inputs.every((input) => input?.axes !== undefined);
  return shaped(
    call.inputs[0]?.dataType,
    [...right].map((index) => sizes.get(index) ?? Number.NaN),
    known ? [...right].map((index) => names.get(index) ?? '.').join('') : undefined,
  );
}
