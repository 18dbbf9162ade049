import { requireModel } from '../argument.ts';
import type { Model, ValueInfo } from '../model/model.ts';
import { highest, likelyImages } from './likely-images.ts';

/** Axis order of an image tensor. */
export type ImageLayout = 'NCHW' | 'NHWC';

/** A graph input that is an image: rank 4, numeric, and not just a default initializer. */
export interface ImageInput {
  readonly name: string;
  readonly layout: ImageLayout;
  readonly dims: readonly (number | string | null)[];
}

/** The image that a model restores. */
export interface MainImage extends ImageInput {
  /** Inputs that may be this image just as well, because nothing tells them apart. */
  readonly rivals: readonly string[];
}

/** More channels than this is a stack of features, not an image; a row of pixels is longer. */
const mostChannels = 16;

/** The graph inputs that look like images, in the model's order. */
export function imageInputs(model: Model): ImageInput[] {
  const { initializers, sparseInitializers } = model.graph;
  const defaults = new Set([...initializers, ...sparseInitializers].map(({ name }) => name));
  return model.graph.inputs.flatMap((input) => {
    const { name, dims, dataType } = input;
    if (defaults.has(name) || dims?.length !== 4 || !isNumeric(dataType)) return [];
    return [{ name, dims, layout: layoutOf(model, name, dims) }];
  });
}

/**
 * The image that resolutions are measured against: the largest, because multi-scale networks also
 * take smaller copies. An open size counts as larger than any fixed one: a noise level of shape
 * (1,1,1,1) is not an image. Of several of one size, one with three channels comes first: a map of
 * one channel accompanies the image. Of several still, the most likely one, else the first.
 */
export function mainImage(model: Model): MainImage | undefined {
  requireModel(model, 'mainImage');
  const largest = highest(imageInputs(model), pixelsOf);
  const [image, ...others] = likelyImages(model, highest(largest, colours));
  return image && { ...image, rivals: others.map(({ name }) => name) };
}

function pixelsOf({ dims, layout }: ImageInput): number {
  const side = (size: number | string | null | undefined) =>
    typeof size === 'number' ? size : 65_536;
  return side(dims[layout.indexOf('H')]) * side(dims[layout.indexOf('W')]);
}

function colours({ dims, layout }: ImageInput): number {
  const channels = dims[layout.indexOf('C')];
  return channels === 3 ? 2 : channels === 1 ? 0 : 1;
}

function isNumeric(dataType: ValueInfo['dataType']): boolean {
  return dataType === undefined || /float|uint8/.test(dataType);
}

/** NHWC only if just the last axis can be colours, or the model transposes it to NCHW at once. */
function layoutOf(
  model: Model,
  name: string,
  dims: readonly (number | string | null)[],
): ImageLayout {
  const second = dims[1];
  const last = dims[3];
  const few = (size: unknown): boolean => typeof size === 'number' && size <= mostChannels;
  if (few(second)) return 'NCHW';
  if (few(last)) return last === 1 || last === 3 || last === 4 ? 'NHWC' : 'NCHW';
  if (typeof second === 'number' || typeof last === 'number') return 'NCHW';
  const turned = model.graph.nodes.some(
    ({ opType, inputs, attributes }) =>
      opType === 'Transpose' &&
      inputs[0] === name &&
      attributes.get('perm')?.ints?.join() === '0,3,1,2',
  );
  return turned ? 'NHWC' : 'NCHW';
}

/** Value ranges that a caller may choose. */
export const imageRanges = ['0..1', '0..255', '-1..1'] as const;

/** Value ranges of images; those of ten and sixteen bits are only found, where a graph shows them. */
export const shownRanges = [...imageRanges, '0..1023', '0..65535'] as const;

export type ImageRange = (typeof shownRanges)[number];

/** Values of an image at a model's input or output. */
export interface ImageSide {
  /** null if the graph does not show it. */
  readonly range: ImageRange | null;
  readonly order: 'rgb' | 'bgr';
}

/** Values of the image that a model takes, and of the one that it makes. */
export interface ImageValues {
  readonly input: ImageSide;
  readonly output: ImageSide;
}
