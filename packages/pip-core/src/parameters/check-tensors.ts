import type { TensorMap } from '@pip-graft/weights';
import type { PipConfig } from '../config/pip-config.ts';
import type { ParameterSpec } from './level-parameters.ts';
import { pipParameters } from './pip-parameters.ts';

/** Tensors by name, as far as their shapes are concerned. */
type Shapes = ReadonlyMap<string, { readonly dims: readonly number[] }>;

/** What keeps tensors of these shapes from being a config's parameters, as sentences that name each. */
export function shapeProblems(shapes: Shapes, config: PipConfig): string[] {
  return unlikeSpecs(shapes, pipParameters(config));
}

/** What keeps tensors of these shapes from being the parameters of a list. */
export function unlikeSpecs(shapes: Shapes, list: readonly ParameterSpec[]): string[] {
  const specs = new Map(list.map((spec) => [spec.name, spec]));
  const problems: string[] = [];
  for (const [name, { dims }] of specs) {
    const found = shapes.get(name);
    if (found === undefined) problems.push(`tensor '${name}' is missing`);
    else if (found.dims.join() !== dims.join()) {
      problems.push(
        `tensor '${name}' has shape [${found.dims.join(', ')}] instead of [${dims.join(', ')}]`,
      );
    }
  }
  for (const name of shapes.keys()) {
    if (!specs.has(name)) problems.push(`tensor '${name}' belongs to no part of this config`);
  }
  return problems;
}

/** As {@link shapeProblems}, and numbers that are not finite. */
export function tensorProblems(tensors: TensorMap, config: PipConfig): string[] {
  return [...shapeProblems(tensors, config), ...brokenNumbers(tensors)];
}

/** Tensors with numbers that are not finite, as sentences. */
export function brokenNumbers(tensors: TensorMap): string[] {
  const broken = [...tensors].filter(([, { data }]) => !allFinite(data));
  return broken.map(([name]) => `tensor '${name}' holds NaN or infinite numbers`);
}

/** A plain loop: an adapter has millions of numbers, and this runs before every graft. */
function allFinite(data: Float32Array): boolean {
  for (let index = 0; index < data.length; index++) {
    if (!Number.isFinite(data[index])) return false;
  }
  return true;
}
