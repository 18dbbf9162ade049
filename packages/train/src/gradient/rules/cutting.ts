import { ops } from '@pip-graft/onnx-graft';
import {
  type Backward,
  dimsOf,
  fromFront,
  gradient,
  numbersOf,
  type Rule,
  unsupported,
} from '../backward.ts';

/** Adds zeros around a value, along one axis. */
function padAxis(
  at: Backward,
  value: string,
  rank: number,
  axis: number,
  before: number,
  after: number,
): string {
  if (before === 0 && after === 0) return value;
  const pads = new Array<number>(2 * rank).fill(0);
  pads[axis] = before;
  pads[axis + rank] = after;
  return ops.pad(at.g, value, pads);
}

function cut(at: Backward, value: string, axis: number, start: number, end: number): string {
  return ops.slice(at.g, value, { axes: [axis], starts: [start], ends: [end] });
}

function reversed(at: Backward, value: string, axis: number): string {
  return ops.slice(at.g, value, { axes: [axis], starts: [-1], ends: [-(2 ** 31)], steps: [-1] });
}

/** Puts what was cut out back in its place among zeros, axis by axis. */
const slice: Rule = (at) => {
  const { node } = at;
  const dims = dimsOf(at, node.inputs[0]!);
  const rank = dims.length;
  const attribute = (name: string) => node.attributes.get(name)?.ints;
  const starts = attribute('starts') ?? numbersOf(at, 1) ?? [];
  const ends = attribute('ends') ?? numbersOf(at, 2) ?? [];
  const axes = attribute('axes') ?? numbersOf(at, 3) ?? starts.map((_, axis) => axis);
  const steps = numbersOf(at, 4) ?? starts.map(() => 1);
  let value = gradient(at);
  // Sizes of the value so far.
  const now = [...dimsOf(at, node.outputs[0]!)];
  for (const [index, given] of axes.entries()) {
    const axis = fromFront(given, rank);
    const size = dims[axis]!;
    const step = steps[index]!;
    const count = dimsOf(at, node.outputs[0]!)[axis]!;
    const clamp = (at: number, low: number, high: number) => Math.min(high, Math.max(low, at));
    const from = fromFront(starts[index]!, size);
    const start = step > 0 ? clamp(from, 0, size) : clamp(from, 0, size - 1);
    const first = step > 0 ? start : start + step * (count - 1);
    if (ends[index] === undefined) throw unsupported(at, 'its ends are not known');
    if (step < 0) value = reversed(at, value, axis);
    value = spread(at, value, axis, now, Math.abs(step));
    const length = (count - 1) * Math.abs(step) + 1;
    value = padAxis(at, value, rank, axis, first, size - first - length);
    now[axis] = size;
  }
  return [value];
};

/** Puts zeros between the entries of an axis, so that they are `step` apart. */
function spread(
  at: Backward,
  value: string,
  axis: number,
  dims: readonly number[],
  step: number,
): string {
  if (step === 1) return value;
  const { g } = at;
  const apart = padAxis(
    at,
    ops.unsqueeze(g, value, [axis + 1]),
    dims.length + 1,
    axis + 1,
    0,
    step - 1,
  );
  const joined = ops.reshape(
    g,
    apart,
    dims.map((size, index) => (index === axis ? size * step : size)),
  );
  return cut(at, joined, axis, 0, (dims[axis]! - 1) * step + 1);
}

/** Cuts off constant padding; adds gradients of mirrored or repeated entries to their sources. */
const pad: Rule = (at) => {
  const { g, node } = at;
  const dims = dimsOf(at, node.inputs[0]!);
  const rank = dims.length;
  const mode = node.attributes.get('mode')?.string ?? 'constant';
  const given = node.attributes.get('pads')?.ints ?? numbersOf(at, 1) ?? [];
  const axes = numbersOf(at, 3) ?? dims.map((_, axis) => axis);
  let value = gradient(at);
  for (const [index, axis_] of axes.entries()) {
    const axis = fromFront(axis_, rank);
    const size = dims[axis]!;
    const [before, after] = [given[index]!, given[index + axes.length]!];
    if (before === 0 && after === 0) continue;
    const low = Math.max(0, before);
    const inner = cut(at, value, axis, low, low + size + Math.min(0, before) + Math.min(0, after));
    const middle = padAxis(at, inner, rank, axis, Math.max(0, -before), Math.max(0, -after));
    if (mode === 'constant') {
      value = middle;
      continue;
    }
    if (mode !== 'reflect' && mode !== 'edge') throw unsupported(at, `mode '${mode}' is unknown`);
    const parts = [middle];
    if (before > 0) {
      const edge = cut(at, value, axis, 0, before);
      parts.push(
        mode === 'reflect'
          ? padAxis(at, reversed(at, edge, axis), rank, axis, 1, size - 1 - before)
          : padAxis(at, ops.reduceSum(g, edge, [axis]), rank, axis, 0, size - 1),
      );
    }
    if (after > 0) {
      const edge = cut(at, value, axis, before + size, before + size + after);
      parts.push(
        mode === 'reflect'
          ? padAxis(at, reversed(at, edge, axis), rank, axis, size - 1 - after, 1)
          : padAxis(at, ops.reduceSum(g, edge, [axis]), rank, axis, size - 1, 0),
      );
    }
    value = parts.reduce((sum, part) => ops.add(g, sum, part));
  }
  return [value];
};

export const cutting: Readonly<Record<string, Rule>> = { Slice: slice, Pad: pad };
