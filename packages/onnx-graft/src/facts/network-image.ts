import type { Model, Node } from '../model/model.ts';
import { mainImage } from './image-input.ts';
import type { Shapes } from './infer-shapes.ts';
import type { Links } from './links.ts';

/** The value that a network takes as its image, if the model around it makes its own. */
export interface NetworkImage {
  readonly value: string;
  readonly height: number;
  readonly width: number;
}

/** Operators that move, resize or scale pixels before a network's first layer. */
const preparation = new Set([
  'Identity',
  'Cast',
  'CastLike',
  'Dropout',
  'QuantizeLinear',
  'DequantizeLinear',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Min',
  'Max',
  'Clip',
  'Round',
  'Floor',
  'Neg',
  'Abs',
  'Pad',
  'Slice',
  'Split',
  'Gather',
  'GatherND',
  'Concat',
  'Expand',
  'Tile',
  'CenterCropPad',
  'Resize',
  'Upsample',
  'AveragePool',
  'GridSample',
  'Reshape',
  'Transpose',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'ReduceMean',
  'Where',
]);
/** Blocks of pixels that become channels are the first layer's, of the image as it is. */
const layers = new Set(['Conv', 'FusedConv', 'QLinearConv', 'ConvInteger', 'SpaceToDepth']);
/** Operators that change the number of pixels by resizing, not by padding or cropping. */
const resizing = new Set(['Resize', 'Upsample', 'AveragePool', 'GridSample', 'Reshape', 'Slice']);
/** A wrapper is a few nodes; anything longer is a network. */
const mostNodes = 512;
/** Turning blocks of pixels into channels makes four or more of one: the image as it is, not a smaller one. */
const mostGrowth = 4;

/**
 * The image of the network inside a wrapper that resizes, tiles or rotates the model's image: the
 * largest that a first layer reads. undefined if the network works on the model's own image, padded
 * or not.
 */
export function networkImage(model: Model, shapes: Shapes, links: Links): NetworkImage | undefined {
  const image = mainImage(model);
  const own = image && shapes.values.get(image.name)?.dims;
  if (!image || own?.length !== 4) return undefined;
  const [channels, height, width] = ['C', 'H', 'W'].map((axis) => own[image.layout.indexOf(axis)]!);
  const found = firstLayers(model, shapes, links, image.name).flatMap(({ value, isResized }) => {
    const { dims, axes } = shapes.values.get(value) ?? {};
    if (dims?.length !== 4 || !dims.every((size) => size > 0)) return [];
    const growth = dims[1]! / channels!;
    const [rows, columns] = [dims[2]!, dims[3]!];
    if (growth >= mostGrowth) {
      const side = Math.sqrt(growth);
      // Blocks cover the image, padded or not; several versions of it beside each other do not.
      const isBlocks = rows < height! && side * rows >= height! && side * columns >= width!;
      if (!Number.isInteger(side) || !isBlocks) return [];
      return [{ value, height: side * rows, width: side * columns, isOther: false }];
    }
    const isOther = axes !== '..HW' || (isResized && (rows !== height || columns !== width));
    return [{ value, height: rows, width: columns, isOther }];
  });
  const [first, ...others] = found;
  const largest = others.reduce(
    (best, one) => (best && one.height * one.width > best.height * best.width ? one : best),
    first,
  );
  if (!largest?.isOther) return undefined;
  return { value: largest.value, height: largest.height, width: largest.width };
}

/** Values that first layers read, and whether the image was resized before them. */
function firstLayers(
  model: Model,
  shapes: Shapes,
  links: Links,
  image: string,
): { value: string; isResized: boolean }[] {
  const found: { value: string; isResized: boolean }[] = [];
  const open = [{ value: image, isResized: false }];
  const seen = new Set<string>();
  for (let way = open.shift(); way && seen.size < mostNodes; way = open.shift()) {
    const { value, isResized } = way;
    if (seen.has(value)) continue;
    seen.add(value);
    const readers = (links.usesByValue.get(value) ?? []).map((use) => ({
      node: model.graph.nodes[use.node]!,
      input: use.input,
    }));
    if (readers.some(({ node, input }) => isLayer(node) && input === 0))
      found.push({ value, isResized });
    for (const { node } of readers) {
      if (!preparation.has(node.opType)) continue;
      const resized = isResized || (resizing.has(node.opType) && changesSize(node, shapes));
      for (const made of node.outputs) open.push({ value: made, isResized: resized });
    }
  }
  return found;
}

function isLayer({ opType, attributes }: Node): boolean {
  return layers.has(opType) && attributes.get('channels_last')?.int !== 1;
}

function changesSize({ opType, inputs, outputs, attributes }: Node, shapes: Shapes): boolean {
  // A slice that takes every n-th pixel resizes; any other crops.
  if (opType === 'Slice') {
    const steps = attributes.get('steps')?.ints ?? shapes.values.get(inputs[4] ?? '')?.content;
    return steps?.some((step) => Math.abs(step) > 1) ?? false;
  }
  const [before, after] = [inputs[0] ?? '', outputs[0] ?? ''].map(
    (name) => shapes.values.get(name)?.dims,
  );
  return before?.slice(-2).join() !== after?.slice(-2).join();
}
