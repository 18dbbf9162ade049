import type { Model } from '../model/model.ts';
import { imageInputs } from './image-input.ts';
import { noAxes, type Shaped, shaped } from './shaped.ts';

/** One choice of the sizes that a model leaves open. */
export interface SampleSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Sizes that suit any network: divisible by 256 and by 3, 5 and 7, so that every usual stride and
 * attention window fits, and with different rows and columns, so that they are never confused.
 */
export const baseSizes: SampleSizes = { batch: 1, height: 26_880, width: 295_680 };

/** A second choice, in no fixed ratio to the first, to tell which sizes vary. */
export const otherSizes: SampleSizes = { batch: 3, height: 53_760, width: 349_440 };

/** Size of an image input that an axis may vary in. */
export type Role = keyof SampleSizes;

/** Open sizes of a model: each symbol of its inputs, and what it stands for. */
export interface InputSymbols {
  /** The name shown for a role: the model's own if it has one. */
  readonly names: Readonly<Record<Role, string>>;
  readonly roles: ReadonlyMap<string, Role>;
}

const rolesByLayout = {
  NCHW: ['batch', undefined, 'height', 'width'],
  NHWC: ['batch', 'height', 'width', undefined],
} as const;

/** Finds which symbols of the inputs are the batch, the rows and the columns. */
export function inputSymbols(model: Model): InputSymbols {
  const names: Record<Role, string> = { batch: 'batch', height: 'height', width: 'width' };
  const roles = new Map<string, Role>();
  for (const { dims, layout } of imageInputs(model).reverse()) {
    dims.forEach((size, axis) => {
      const role = rolesByLayout[layout][axis];
      if (typeof size !== 'string' || role === undefined) return;
      // Some tools give every open size one name, such as '?'; a batch is still not the rows.
      if (role === 'batch' && dims.lastIndexOf(size) > axis) return;
      // A square image has one symbol for both: its columns are then also rows.
      if (!(role === 'width' && dims.indexOf(size) < axis)) roles.set(size, role);
      names[role] = size;
    });
  }
  return { names, roles };
}

/** The graph inputs at a choice of the open sizes. */
export function sampleInputs(
  model: Model,
  symbols: InputSymbols,
  sizes: SampleSizes,
): Map<string, Shaped> {
  const images = new Map(imageInputs(model).map((image) => [image.name, image]));
  const inputs = new Map<string, Shaped>();
  for (const { name, dims, dataType } of model.graph.inputs) {
    const image = images.get(name);
    const known = dims?.map((size, axis) => {
      if (typeof size === 'number') return size;
      const own = image && rolesByLayout[image.layout][axis];
      const role = size === null ? undefined : symbols.roles.get(size);
      const chosen = own === 'batch' || size === null ? own : role;
      return chosen ? sizes[chosen] : Number.NaN;
    });
    const axes = image === undefined ? noAxes(dims?.length ?? 0) : axesOf[image.layout];
    inputs.set(name, shaped(dataType, known, known && axes));
  }
  return inputs;
}

const axesOf = { NCHW: '..HW', NHWC: '.HW.' } as const;
