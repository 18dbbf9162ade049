import type { Model } from '../model/model.ts';
import { mainImage } from './image-input.ts';
import type { Shapes } from './infer-shapes.ts';
import type { Links } from './links.ts';
import type { NetworkImage } from './network-image.ts';

/** Rows and columns that resolutions are measured against. */
export interface ReferenceSize extends Size {
  /** The image itself, before the network's own padding. */
  readonly image: Size;
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Operators between the image and the first layer: they shift, scale or pad pixels. */
const preparation = new Set(['Pad', 'Identity', 'Cast', 'Add', 'Sub', 'Mul', 'Div', 'Slice']);

/**
 * Size of the image that the network works on. Networks that pad their input work on the padded
 * image, which shows only if the file has fixed sizes; in a wrapper that resizes or tiles,
 * resolutions are measured against the network's own image.
 */
export function referenceSize(
  model: Model,
  shapes: Shapes,
  links: Links,
  inner?: NetworkImage,
): ReferenceSize | undefined {
  if (inner) return { height: inner.height, width: inner.width, image: inner };
  const image = mainImage(model);
  const original = image && sizeOf(shapes, image.name);
  if (!image || !original) return undefined;
  // Path after path, since the image may also be read unpadded: by a residual, or in another type.
  const open: { value: string; padded: Size | undefined }[] = [
    { value: image.name, padded: undefined },
  ];
  const seen = new Set<string>();
  for (let way = open.pop(); way; way = open.pop()) {
    const { value, padded } = way;
    const next = (links.usesByValue.get(value) ?? [])
      .map(({ node }) => model.graph.nodes[node]!)
      .filter(({ opType }) => preparation.has(opType));
    if (padded && (next.length === 0 || seen.has(value))) return { ...padded, image: original };
    if (seen.has(value)) continue;
    seen.add(value);
    for (const { opType, outputs } of next.reverse()) {
      const made = outputs[0]!;
      const size = opType === 'Pad' ? sizeOf(shapes, made) : undefined;
      open.push({ value: made, padded: size ?? padded });
    }
  }
  return { ...original, image: original };
}

function sizeOf(shapes: Shapes, value: string): Size | undefined {
  const fact = shapes.values.get(value);
  const row = fact?.axes?.indexOf('H') ?? -1;
  const column = fact?.axes?.indexOf('W') ?? -1;
  const height = fact?.dims?.[row];
  const width = fact?.dims?.[column];
  if (height === undefined || width === undefined || Number.isNaN(height + width)) return undefined;
  return { height, width };
}

/**
 * Downsampling factor of a value relative to the image, from its axes and sizes; undefined if it
 * has no image axes, or rows and columns disagree.
 */
export function scaleOf(
  reference: ReferenceSize | undefined,
  axes: string,
  dims: readonly number[],
): number | undefined {
  if (reference === undefined) return undefined;
  const { image } = reference;
  const tokens = dims[axes.indexOf('T')];
  if (tokens !== undefined) {
    return known(niceRatio(Math.sqrt((reference.height * reference.width) / tokens)));
  }
  const height = dims[axes.indexOf('H')] ?? Number.NaN;
  const width = dims[axes.indexOf('W')] ?? Number.NaN;
  if (height === image.height && width === image.width) return 1;
  const rows = niceRatio(reference.height / height);
  return rows === niceRatio(reference.width / width) ? known(rows) : undefined;
}

function known(ratio: number): number | undefined {
  return Number.isFinite(ratio) && ratio > 0 ? ratio : undefined;
}

/**
 * The ratio of sizes that the network's author meant: borders and rounding shift it a little, so a
 * ratio near a power of two, or near a whole number, is rounded to it.
 */
export function niceRatio(ratio: number): number {
  if (ratio < 1) return 1 / niceUp(1 / ratio);
  return niceUp(ratio);
}

function niceUp(ratio: number): number {
  const power = 2 ** Math.round(Math.log2(ratio));
  if (Math.abs(ratio / power - 1) < 0.07) return power;
  const whole = Math.round(ratio);
  return Math.abs(ratio / whole - 1) < 0.03 ? whole : ratio;
}
