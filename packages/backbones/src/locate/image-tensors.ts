import { type GraphFacts, type ImageInput, type Model, mainImage } from '@pip-graft/onnx-graft';
import type { ImageTensors } from './located.ts';
import type { Trails } from './trail.ts';
import { isImageCopy } from './walk.ts';

/** Inputs that a caller must feed besides the image, such as a noise level. */
export function besideImage({ graph }: Model, image: string): string[] {
  const { inputs, initializers, sparseInitializers } = graph;
  const defaults = new Set([...initializers, ...sparseInitializers].map(({ name }) => name));
  return inputs.map(({ name }) => name).filter((name) => name !== image && !defaults.has(name));
}

/**
 * What an image lacks if it has channels after red, green and blue that need a value; a fourth
 * channel that the model also makes is alpha and needs none.
 */
export function whatToFill({
  input,
  inputChannels,
  outputChannels,
}: Pick<ImageTensors, 'input' | 'inputChannels' | 'outputChannels'>): string | undefined {
  if (inputChannels !== 4 && inputChannels !== 5) return undefined;
  if (inputChannels === 4 && outputChannels === 4) return undefined;
  return `its image '${input}' has ${inputChannels} channels; pass the value of those after red, green and blue, as \`feeds\` or with --feed ${input}=NUMBER.`;
}

/** Why an image cannot fill the channels of a model's input; undefined if it can. */
export function whyNotFilled({
  input,
  inputChannels,
}: Pick<ImageTensors, 'input' | 'inputChannels'>): string | undefined {
  if ([undefined, 1, 3, 4, 5, 6].includes(inputChannels)) return undefined;
  return `its input '${input}' has ${inputChannels} channels, which no image can fill; 1 (grey), 3, 4 and 6 (dual-pixel) can.`;
}

/** Why it is not clear which input is the image, and what to do; undefined if it is. */
export function whyUnclear(model: Model): string | undefined {
  const image = mainImage(model);
  if (image === undefined || image.rivals.length === 0) return undefined;
  const names = [image.name, ...image.rivals].map((name) => `'${name}'`);
  return `nothing shows which of its inputs ${names.join(' and ')} is the image to restore; export it with the name 'image' for that input.`;
}

/** Input and output image of a model; undefined if no input is an image. */
export function imageTensorsOf(facts: GraphFacts, trails: Trails): ImageTensors | undefined {
  const input = mainImage(facts.model);
  if (input === undefined) return undefined;
  const fact = facts.model.graph.inputs.find(({ name }) => name === input.name);
  const output = outputOf(facts, trails, input);
  const outputChannels =
    output === undefined ? undefined : outputImage(facts, trails, output, input)?.channels;
  return {
    input: input.name,
    output,
    layout: input.layout,
    dataType: fact?.dataType,
    inputChannels: sizeAt(input, 'C'),
    outputChannels: Number.isNaN(outputChannels) ? undefined : outputChannels,
    height: sizeAt(input, 'H'),
    width: sizeAt(input, 'W'),
  };
}

function sizeAt(input: ImageInput, axis: 'C' | 'H' | 'W'): number | undefined {
  const size = input.dims[input.layout.indexOf(axis)];
  return typeof size === 'number' ? size : undefined;
}

/**
 * The output that is the image: the largest feature map, since networks trained at several scales
 * also output smaller ones; of several, one with as many channels as the input image, since some
 * also output a map of one channel; and of those, the sum with the image rather than what was
 * added.
 */
function outputOf(facts: GraphFacts, trails: Trails, input: ImageInput): string | undefined {
  const channels = input.dims[input.layout.indexOf('C')];
  let best: { name: string; rank: readonly number[] } | undefined;
  for (const { name } of facts.model.graph.outputs) {
    const made = outputImage(facts, trails, name, input);
    if (made === undefined) continue;
    const isOther = typeof channels === 'number' && made.channels !== channels;
    const rank = [made.scale, isOther ? 1 : 0, likeness(facts, trails, name)];
    if (best === undefined || isLess(rank, best.rank)) best = { name, rank };
  }
  return best?.name;
}

function isLess(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at >= 0 && one[at]! < other[at]!;
}

/** 0 for a sum with the image, 3 for the input image, 2 for a difference from it, 1 otherwise. */
function likeness(facts: GraphFacts, trails: Trails, output: string): number {
  if (isImageCopy(facts, trails, output)) return 3;
  let name = output;
  for (let left = facts.model.graph.nodes.length; left >= 0; left--) {
    const at = facts.producer(name);
    const maker = at === undefined ? undefined : facts.model.graph.nodes[at];
    if (!maker) return 1;
    const withImage = maker.inputs.some(
      (value) => trails.feature(value) && isImageCopy(facts, trails, value),
    );
    if (withImage && (maker.opType === 'Add' || maker.opType === 'Sum')) return 0;
    if (withImage && maker.opType === 'Sub') return 2;
    const images = maker.inputs.filter((value) => trails.feature(value));
    if (!/^(Clip|Cast|Identity|Slice|Mul|Div|Add|Sub|Transpose|Round)$/.test(maker.opType))
      return 1;
    if (images.length !== 1) return 1;
    name = images[0]!;
  }
  return 1;
}

/** Scale and channels of an output image; a value of the input's size is one, however assembled. */
function outputImage(
  facts: GraphFacts,
  trails: Trails,
  name: string,
  input: ImageInput,
): { scale: number; channels: number } | undefined {
  const fact = facts.sample.values.get(name);
  const feature = trails.feature(name);
  const { dims, axes } = fact ?? {};
  const layout =
    dims && facts.networkImage !== undefined ? sameSize(facts, dims, input) : undefined;
  if (layout) return { scale: 0, channels: dims![layout.indexOf('C')]! };
  if (feature) return { scale: feature.scale, channels: feature.channels };
  return axes === '..HW' ? { scale: 1, channels: dims?.[1] ?? Number.NaN } : undefined;
}

/** The layout in which a value is as large as the input image. */
export function sameSize(
  facts: GraphFacts,
  dims: readonly number[],
  { name, layout }: Pick<ImageInput, 'name' | 'layout'>,
): ImageInput['layout'] | undefined {
  const image = facts.sample.values.get(name)?.dims;
  if (dims.length !== 4 || image?.length !== 4) return undefined;
  const [rows, columns] = [image[layout.indexOf('H')], image[layout.indexOf('W')]];
  if (dims[2] === rows && dims[3] === columns) return 'NCHW';
  return dims[1] === rows && dims[2] === columns ? 'NHWC' : undefined;
}

/**
 * An NCHW value with the height and width that rows of tokens have lost: the nearest one of the
 * same resolution that the tokens are made of. undefined if there is none.
 */
export function extentOf(facts: GraphFacts, trails: Trails, tokens: string): string | undefined {
  const scale = trails.feature(tokens)?.scale;
  const seen = new Set<string>();
  const open = [tokens];
  for (let i = 0; i < open.length; i++) {
    const name = open[i]!;
    const feature = trails.feature(name);
    if (feature?.layout === 'NCHW' && feature.scale === scale) return name;
    const at = facts.producer(name);
    const maker = at === undefined ? undefined : facts.model.graph.nodes[at];
    // Sizes used to shape tokens may be those of the image before padding.
    if (maker?.opType === 'Shape') continue;
    for (const input of maker?.inputs ?? []) {
      if (!seen.has(input)) open.push(input);
      seen.add(input);
    }
  }
  return undefined;
}
