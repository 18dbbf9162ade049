import type { Call, RuleTable } from '../call.ts';
import { axisAt, noAxes, type Shaped, shaped } from '../shaped.ts';

/** Operators that change an image's pixel count: padding, interpolation, blocks to channels. */
export const resize: RuleTable = {
  Pad: pad,
  Resize: (call) => resized(call, call.opset < 11 ? 1 : 2, 3),
  Upsample: (call) => resized(call, 1, -1),
  DepthToSpace: (call) =>
    blocks(
      call,
      (size, b) => size * b,
      (channels, b) => channels / (b * b),
    ),
  SpaceToDepth: (call) =>
    blocks(
      call,
      (size, b) => size / b,
      (channels, b) => channels * b * b,
    ),
  GridSample: gridSample,
  CenterCropPad: centerCropPad,
};

function pad(call: Call): Shaped | undefined {
  const x = call.inputs[0];
  if (x?.dims === undefined) return undefined;
  const rank = x.dims.length;
  const pads = call.intsOrInput('pads', 1);
  const axes = call.inputs[3]?.content ?? (call.has(3) ? undefined : [...x.dims.keys()]);
  if (axes === undefined)
    return shaped(
      x.dataType,
      x.dims.map(() => Number.NaN),
      x.axes,
    );
  const dims = [...x.dims];
  axes.forEach((axis, i) => {
    const at = axisAt(axis, rank);
    if (at !== undefined) {
      dims[at]! += (pads?.[i] ?? Number.NaN) + (pads?.[i + axes.length] ?? Number.NaN);
    }
  });
  return shaped(x.dataType, dims, x.axes);
}

function resized(call: Call, scalesAt: number, sizesAt: number): Shaped | undefined {
  const x = call.inputs[0];
  if (x?.dims === undefined) return undefined;
  const rank = x.dims.length;
  const dims = [...x.dims];
  const given = call.ints('axes');
  const axes = given ?? [...dims.keys()];
  const scales =
    call.node.attributes.get('scales')?.floats ?? filled(call.inputs[scalesAt]?.content);
  const sizes = sizesAt > 0 ? filled(call.inputs[sizesAt]?.content) : undefined;
  axes.forEach((axis, i) => {
    const at = axisAt(axis, rank);
    if (at === undefined) return;
    const size = sizes?.[i];
    const scale = scales?.[i];
    if (size !== undefined) dims[at] = size;
    else dims[at] = scale === undefined ? Number.NaN : Math.floor(dims[at]! * scale);
  });
  return shaped(x.dataType, dims, distorted(x, dims) ? noAxes(rank) : x.axes);
}

/**
 * Rows and columns resized by different factors no longer follow the image: they have a fixed size,
 * like a prompt's. (Not visible if there are as many rows as columns.)
 */
function distorted(x: Shaped, dims: readonly number[]): boolean {
  const row = x.axes?.indexOf('H') ?? -1;
  const column = x.axes?.indexOf('W') ?? -1;
  if (row < 0 || column < 0) return false;
  const rows = dims[row]! / x.dims![row]!;
  const columns = dims[column]! / x.dims![column]!;
  return Math.abs(rows / columns - 1) > 0.1;
}

/** An empty tensor stands for an absent input. */
function filled(content: readonly number[] | undefined): readonly number[] | undefined {
  return content === undefined || content.length === 0 ? undefined : content;
}

function blocks(
  call: Call,
  spatial: (size: number, block: number) => number,
  deep: (channels: number, block: number) => number,
): Shaped | undefined {
  const x = call.inputs[0];
  const block = call.int('blocksize', 1);
  if (x?.dims?.length !== 4) return undefined;
  const dims = [
    x.dims[0]!,
    deep(x.dims[1]!, block),
    spatial(x.dims[2]!, block),
    spatial(x.dims[3]!, block),
  ];
  dims.forEach((size, axis) => {
    if (size !== Math.floor(size) && !Number.isNaN(size))
      call.clash(x.dims![axis]!, block, 'block');
  });
  return shaped(x.dataType, dims.map(Math.floor), x.axes);
}

function gridSample(call: Call): Shaped | undefined {
  const [x, grid] = call.inputs;
  if (x?.dims === undefined || grid?.dims === undefined) return undefined;
  return shaped(x.dataType, [...x.dims.slice(0, 2), ...grid.dims.slice(1, -1)], x.axes);
}

function centerCropPad(call: Call): Shaped | undefined {
  const [x, shape] = call.inputs;
  if (x?.dims === undefined) return undefined;
  const axes = call.ints('axes') ?? [...x.dims.keys()];
  const dims = [...x.dims];
  axes.forEach((axis, i) => {
    const at = axisAt(axis, dims.length);
    if (at !== undefined) dims[at] = shape?.content?.[i] ?? Number.NaN;
  });
  return shaped(x.dataType, dims, x.axes);
}
