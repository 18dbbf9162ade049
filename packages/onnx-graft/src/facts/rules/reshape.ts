import { joinAxes, reshapeAxes } from '../axes.ts';
import type { Call, RuleTable } from '../call.ts';
import { broadcastDims, broadcastElements, gatherElements, stridesOf } from '../elements.ts';
import { axisAt, countOf, noAxes, plain, type Shaped, shaped } from '../shaped.ts';

/** Operators that change the shape or order of the same elements, or read the shape itself. */
export const reshape: RuleTable = {
  Reshape: (call) => reshaped(call),
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  Shape: shapeOf,
  Size: ({ inputs: [x] }) => plain('int64', [], x?.dims && [countOf(x.dims)]),
};

function to(x: Shaped, dims: readonly number[], aspect?: number): Shaped {
  return shaped(x.dataType, dims, reshapeAxes(x.axes, x.dims!, dims, aspect), x.content);
}

function reshaped(call: Call): Shaped | undefined {
  const x = call.inputs[0];
  const wanted = call.intsOrInput('shape', 1);
  if (x?.dims === undefined || wanted === undefined) {
    const rank = call.inputs[1]?.dims?.[0];
    if (x === undefined || rank === undefined) return undefined;
    if (!Number.isInteger(rank) || rank < 0 || rank > 16) return undefined;
    return shaped(x.dataType, new Array<number>(rank).fill(Number.NaN));
  }
  const from = x.dims;
  const zeroIsCopy = call.int('allowzero', 0) === 0;
  const dims = wanted.map((size, axis) =>
    size === 0 && zeroIsCopy ? (from[axis] ?? Number.NaN) : size,
  );
  const open = dims.indexOf(-1);
  const count = countOf(from);
  if (open >= 0) {
    const rest = -countOf(dims);
    const size = count / rest;
    if (rest > 0 && size > Math.floor(size)) call.clash(count, rest, 'elements');
    dims[open] = rest > 0 ? Math.floor(size) : Number.NaN;
  } else if (countOf(dims) !== count && !Number.isNaN(countOf(dims) + count)) {
    call.clash(count, countOf(dims), 'elements');
  }
  return to(x, dims, call.aspect);
}

function flatten(call: Call): Shaped | undefined {
  const x = call.inputs[0];
  if (x?.dims === undefined) return undefined;
  const axis = call.int('axis', 1);
  const at = axis < 0 ? axis + x.dims.length : axis;
  return to(x, [countOf(x.dims.slice(0, at)), countOf(x.dims.slice(at))]);
}

function squeeze(call: Call): Shaped | undefined {
  const x = call.inputs[0];
  const axes = call.intsOrInput('axes', 1);
  if (x?.dims === undefined || (axes === undefined && call.has(1))) return undefined;
  const rank = x.dims.length;
  const gone = new Set(axes?.map((axis) => axisAt(axis, rank)));
  const left = [...x.dims.keys()].filter((at) => (axes ? !gone.has(at) : x.dims![at] !== 1));
  return pick(x, left);
}

function pick(x: Shaped, axes: readonly number[]): Shaped {
  const letters = x.axes && axes.map((at) => x.axes![at]!).join('');
  return shaped(
    x.dataType,
    axes.map((at) => x.dims![at]!),
    letters,
    x.content,
  );
}

function unsqueeze(call: Call): Shaped | undefined {
  const x = call.inputs[0];
  const axes = call.intsOrInput('axes', 1);
  if (x?.dims === undefined || axes === undefined) return undefined;
  const rank = x.dims.length + axes.length;
  const added = new Set(axes.map((axis) => axisAt(axis, rank)));
  const dims: number[] = [];
  let letters = '';
  for (let at = 0, from = 0; at < rank; at++) {
    const isNew = added.has(at);
    dims.push(isNew ? 1 : (x.dims[from] ?? Number.NaN));
    letters += isNew ? '.' : (x.axes?.[from] ?? '.');
    if (!isNew) from++;
  }
  return shaped(x.dataType, dims, x.axes === undefined ? undefined : letters, x.content);
}

function transpose(call: Call): Shaped | undefined {
  const x = call.inputs[0];
  if (x?.dims === undefined) return undefined;
  const order = call.ints('perm') ?? [...x.dims.keys()].reverse();
  if (order.length !== x.dims.length || order.some((at) => x.dims![at] === undefined)) {
    return undefined;
  }
  const moved = pick(x, order);
  if (x.content === undefined) return moved;
  const strides = stridesOf(x.dims);
  const content = gatherElements(moved.dims!, x.content, (index) =>
    index.reduce((sum, i, axis) => sum + i * strides[order[axis]!]!, 0),
  );
  return { ...moved, content };
}

function expand(call: Call): Shaped | undefined {
  const [x, shape] = call.inputs;
  if (x?.dims === undefined || shape?.content === undefined) return undefined;
  const dims = broadcastDims(x.dims, shape.content, (a, b) => call.clash(a, b, 'broadcast'));
  const content = x.content && broadcastElements(dims, x.dims, x.content);
  return shaped(x.dataType, dims, joinAxes(dims.length, [x.axes]), content);
}

function tile(call: Call): Shaped | undefined {
  const [x, repeats] = call.inputs;
  if (x?.dims === undefined) return undefined;
  const dims = x.dims.map((size, axis) => size * (repeats?.content?.[axis] ?? Number.NaN));
  const from = x.dims;
  const strides = stridesOf(from);
  const content =
    x.content &&
    gatherElements(dims, x.content, (index) =>
      index.reduce((sum, i, axis) => sum + (i % from[axis]!) * strides[axis]!, 0),
    );
  return shaped(x.dataType, dims, x.axes, content);
}

function shapeOf(call: Call): Shaped | undefined {
  const dims = call.inputs[0]?.dims;
  if (dims === undefined) return shaped('int64', undefined, noAxes(1));
  const content = dims.slice(call.int('start', 0), call.node.attributes.get('end')?.int);
  return plain('int64', [content.length], content);
}
