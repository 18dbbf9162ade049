import { withAxis } from '../axes.ts';
import type { Call, Rule, RuleTable } from '../call.ts';
import { axisAt, countOf, type Shaped, shaped } from '../shaped.ts';

type Fold = (sum: number, next: number) => number;

/** Reductions along axes, and TopK. A reduced axis is no longer the image's. */
export const reduce: RuleTable = {
  ReduceMean: reduction(),
  ReduceL1: reduction(),
  ReduceL2: reduction(),
  ReduceLogSum: reduction(),
  ReduceLogSumExp: reduction(),
  ReduceSumSquare: reduction(),
  ReduceSum: reduction((a, b) => a + b),
  ReduceProd: reduction((a, b) => a * b),
  ReduceMax: reduction(Math.max),
  ReduceMin: reduction(Math.min),
  ArgMax: arg,
  ArgMin: arg,
  TopK: topK,
};

function reduction(fold?: Fold): Rule {
  return (call) => {
    const x = call.inputs[0];
    const given = call.intsOrInput('axes', 1);
    if (x?.dims === undefined || (given === undefined && call.has(1))) return undefined;
    const none = given === undefined || given.length === 0;
    if (none && call.int('noop_with_empty_axes', 0) === 1) return x;
    const rank = x.dims.length;
    const axes = none ? [...x.dims.keys()] : given.map((axis) => axisAt(axis, rank) ?? -1);
    const out = collapse(x, axes, call.int('keepdims', 1) === 1);
    if (fold === undefined || x.content === undefined || countOf(out.dims!) !== 1) return out;
    return { ...out, content: x.content.length === 0 ? undefined : [x.content.reduce(fold)] };
  };
}

function collapse(x: Shaped, axes: readonly number[], keep: boolean): Shaped {
  const dims: number[] = [];
  let letters = '';
  x.dims!.forEach((size, axis) => {
    const gone = axes.includes(axis);
    if (gone && !keep) return;
    dims.push(gone ? 1 : size);
    letters += gone ? '.' : (x.axes?.[axis] ?? '.');
  });
  return shaped(x.dataType, dims, x.axes === undefined ? undefined : letters);
}

function arg(call: Call): Shaped | undefined {
  const x = call.inputs[0];
  const axis = x?.dims && axisAt(call.int('axis', 0), x.dims.length);
  if (x?.dims === undefined || axis === undefined) return undefined;
  return { ...collapse(x, [axis], call.int('keepdims', 1) === 1), dataType: 'int64' };
}

function topK(call: Call): (Shaped | undefined)[] {
  const x = call.inputs[0];
  const axis = x?.dims && axisAt(call.int('axis', -1), x.dims.length);
  if (x?.dims === undefined || axis === undefined) return [];
  const k = call.inputs[1]?.content?.[0] ?? call.node.attributes.get('k')?.int ?? Number.NaN;
  const dims = x.dims.map((size, at) => (at === axis ? k : size));
  const axes = withAxis(x.axes, axis, '.');
  return [shaped(x.dataType, dims, axes), shaped('int64', dims, axes)];
}
