import { joinAxes } from '../axes.ts';
import type { Call, RuleTable } from '../call.ts';
import { gatherElements, stridesOf } from '../elements.ts';
import { axisAt, contentLimit, countOf, noAxes, type Shaped, shaped } from '../shaped.ts';

/** Operators that split tensors along axes, join them, or pick elements. */
export const split: RuleTable = {
  Concat: concat,
  Split: splitUp,
  Slice: slice,
  Gather: gather,
  GatherElements: ({ inputs: [x, index] }) =>
    index?.dims && shaped(x?.dataType, index.dims, x?.axes),
  GatherND: gatherNd,
};

function concat(call: Call): Shaped | undefined {
  const known = call.inputs.filter((input) => input?.dims !== undefined);
  const first = known[0]?.dims;
  if (first === undefined) return undefined;
  const rank = first.length;
  const axis = axisAt(call.int('axis', call.opset < 4 ? 1 : 0), rank);
  if (axis === undefined || known.some((input) => input!.dims!.length !== rank)) return undefined;
  const dims = [...first];
  dims[axis] = known.length < call.inputs.length ? Number.NaN : 0;
  for (const input of known) {
    input!.dims!.forEach((size, at) => {
      if (at === axis) dims[at]! += size;
      else if (Number.isNaN(dims[at])) dims[at] = size;
      else if (size !== dims[at] && !Number.isNaN(size)) call.clash(dims[at]!, size, 'concat');
    });
  }
  const axes = joinAxes(
    rank,
    call.inputs.map((input) => input?.axes),
  );
  const content = joined(call.inputs, dims, axis);
  return shaped(known[0]!.dataType, dims, axes, content);
}

function joined(
  inputs: readonly (Shaped | undefined)[],
  dims: readonly number[],
  axis: number,
): readonly number[] | undefined {
  if (inputs.some((input) => input?.content === undefined)) return undefined;
  if (!(countOf(dims) <= contentLimit)) return undefined;
  const outer = countOf(dims.slice(0, axis));
  const out: number[] = [];
  for (let block = 0; block < outer; block++) {
    for (const input of inputs) {
      const step = countOf(input!.dims!.slice(axis));
      out.push(...input!.content!.slice(block * step, (block + 1) * step));
    }
  }
  return out;
}

function splitUp(call: Call): (Shaped | undefined)[] {
  const x = call.inputs[0];
  const axis = x?.dims && axisAt(call.int('axis', 0), x.dims.length);
  if (x?.dims === undefined || axis === undefined) return [];
  const parts = call.node.outputs.length;
  const total = x.dims[axis]!;
  const even = Math.ceil(total / parts);
  const sizes = call.intsOrInput('split', 1);
  let start = 0;
  return call.node.outputs.map((_, i) => {
    const last = i === parts - 1;
    const size = sizes?.[i] ?? (call.has(1) ? Number.NaN : last ? total - even * i : even);
    const part = strided(x, axis, start, 1, size);
    start += size;
    return part;
  });
}

/** `size` elements along an axis from `start`, every `step`th. */
function strided(x: Shaped, axis: number, start: number, step: number, size: number): Shaped {
  const dims = x.dims!.map((old, at) => (at === axis ? size : old));
  const strides = stridesOf(x.dims!);
  const content =
    x.content &&
    gatherElements(dims, x.content, (index) =>
      index.reduce((sum, i, at) => sum + (at === axis ? start + i * step : i) * strides[at]!, 0),
    );
  return shaped(x.dataType, dims, x.axes, content);
}

function slice(call: Call): Shaped | undefined {
  const x = call.inputs[0];
  if (x?.dims === undefined) return undefined;
  const starts = call.intsOrInput('starts', 1);
  const ends = call.intsOrInput('ends', 2);
  const given = call.intsOrInput('axes', 3);
  if ((given === undefined && call.has(3)) || (starts ?? ends ?? given) === undefined) {
    return shaped(
      x.dataType,
      x.dims.map(() => Number.NaN),
      x.axes,
    );
  }
  const axes = given ?? [...(starts ?? ends)!.keys()];
  const steps = call.inputs[4]?.content;
  let out = x;
  axes.forEach((axis, i) => {
    const at = axisAt(axis, x.dims!.length);
    if (at === undefined) return;
    const size = x.dims![at]!;
    const step = call.has(4) ? (steps?.[i] ?? Number.NaN) : 1;
    const start = clamp(starts?.[i] ?? Number.NaN, size, step);
    const end = clamp(ends?.[i] ?? Number.NaN, size, step);
    const count = Math.max(0, Math.ceil((end - start) / step));
    out = strided(out, at, start, step, count);
  });
  return out;
}

function clamp(index: number, size: number, step: number): number {
  const at = index < 0 ? index + size : index;
  return step < 0 ? Math.min(Math.max(at, -1), size - 1) : Math.min(Math.max(at, 0), size);
}

function gather(call: Call): Shaped | undefined {
  const [x, index] = call.inputs;
  const axis = x?.dims && axisAt(call.int('axis', 0), x.dims.length);
  if (x?.dims === undefined || index?.dims === undefined || axis === undefined) return undefined;
  const dims = [...x.dims.slice(0, axis), ...index.dims, ...x.dims.slice(axis + 1)];
  // At least as many entries as before: the axis is padded or reordered.
  const kept = index.dims.length === 1 && index.dims[0]! >= x.dims[axis]!;
  const middle = kept ? x.axes?.[axis] : noAxes(index.dims.length);
  const letters = x.axes && x.axes.slice(0, axis) + middle + x.axes.slice(axis + 1);
  let content: readonly number[] | undefined;
  if (x.content !== undefined && index.content !== undefined && x.dims.length === 1) {
    const from = x.content;
    content = index.content.map((i) => from[i < 0 ? i + from.length : i] ?? Number.NaN);
  }
  return shaped(x.dataType, dims, letters, content);
}

function gatherNd(call: Call): Shaped | undefined {
  const [x, index] = call.inputs;
  const depth = index?.dims?.at(-1);
  if (x?.dims === undefined || index?.dims === undefined || !(depth! >= 0)) return undefined;
  const batch = call.int('batch_dims', 0);
  const dims = [...index.dims.slice(0, -1), ...x.dims.slice(batch + depth!)];
  const rest = x.axes?.slice(batch + depth!);
  const lead = noAxes(dims.length - (x.dims.length - batch - depth!));
  return shaped(x.dataType, dims, rest === undefined ? undefined : lead + rest);
}
