import {
  constant,
  elementCount,
  type FloatTensor,
  kaimingUniform,
  normal,
  Random,
  type TensorMap,
} from '@pip-graft/weights';
import type { PipConfig } from '../config/pip-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import { type ParameterSpec, pipParameters } from './level-parameters.ts';

/**
 * Untrained parameters: degradation prompts standard normal, basic prompts normal of deviation
 * `promptStd`, convolutions Kaiming-uniform, norms the identity, temperatures 1, top-m scalars 0.2,
 * residual gates 0.
 *
 * A tensor depends only on the seed and its name.
 * Errors: `INVALID_ARGUMENT` for an invalid config or a seed that is not an integer.
 *
 * @example initialParameters(config, 0).get('level1.gate') // 48 zeros
 */
export function initialParameters(config: PipConfig, seed: number): TensorMap {
  validateConfig(config);
  return startParameters(pipParameters(config), seed);
}

/** Initial values of a list of parameters. Errors: `INVALID_ARGUMENT` for a non-integer seed. */
export function startParameters(specs: readonly ParameterSpec[], seed: number): TensorMap {
  const random = new Random(seed);
  return new Map(specs.map((spec) => [spec.name, start(spec, random)]));
}

function start({ name, dims, init }: ParameterSpec, random: Random): FloatTensor {
  switch (init.kind) {
    case 'normal':
      return scaled(normal(dims, random.fork(name)), init.std ?? 1);
    case 'kaiming':
      return kaimingUniform(dims, random.fork(name));
    case 'kaiming-relu':
      return kaimingUniform(dims, random.fork(name), elementCount(dims.slice(1)) / 6);
    case 'constant':
      return constant(dims, init.value);
  }
}

function scaled(tensor: FloatTensor, factor: number): FloatTensor {
  if (factor === 1) return tensor;
  return { ...tensor, data: tensor.data.map((value) => value * factor) };
}

/** Tensors by name, reduced to their shapes, and in a file to their types. */
type Shapes = ReadonlyMap<string, { readonly dims: readonly number[]; readonly dtype?: string }>;

/** Types of numbers that training learns; whole numbers would be something else's. */
const floats = /^(F16|BF16|F32|F64)$/;

/** Problems of tensors of these shapes as a config's parameters, as sentences that name each. */
export function shapeProblems(shapes: Shapes, config: PipConfig): string[] {
  return unlikeSpecs(shapes, pipParameters(config));
}

/** Problems of tensors of these shapes as the parameters of a list. */
export function unlikeSpecs(shapes: Shapes, list: readonly ParameterSpec[]): string[] {
  const specs = new Map(list.map((spec) => [spec.name, spec]));
  const problems: string[] = [];
  for (const [name, { dims }] of specs) {
    const found = shapes.get(name);
    if (found === undefined) problems.push(`tensor '${name}' is missing`);
    else if (found.dtype !== undefined && !floats.test(found.dtype))
      problems.push(`tensor '${name}' is of type ${found.dtype}, not of a floating-point type`);
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

/** Like {@link shapeProblems}, plus numbers that are not finite. */
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
