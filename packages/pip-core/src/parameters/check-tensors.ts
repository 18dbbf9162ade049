import type { TensorMap } from '@pip-graft/weights';
import type { PipConfig } from '../config/pip-config.ts';
import { pipParameters } from './pip-parameters.ts';

/** What keeps tensors of these shapes from being a config's parameters, as sentences that name each. */
export function shapeProblems(
  shapes: ReadonlyMap<string, { readonly dims: readonly number[] }>,
  config: PipConfig,
): string[] {
  const specs = new Map(pipParameters(config).map((spec) => [spec.name, spec]));
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
  const broken = [...tensors].filter(([, { data }]) => !allFinite(data));
  return [
    ...shapeProblems(tensors, config),
    ...broken.map(([name]) => `tensor '${name}' holds NaN or infinite numbers`),
  ];
}

/** A plain loop: an adapter has millions of numbers, and this runs before every graft. */
function allFinite(data: Float32Array): boolean {
  for (let index = 0; index < data.length; index++) {
    if (!Number.isFinite(data[index])) return false;
  }
  return true;
}
