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
import type { ParameterSpec } from './level-parameters.ts';
import { pipParameters } from './pip-parameters.ts';

/**
 * Untrained parameters: degradation prompts standard normal, basic prompts normal of deviation
 * `promptStd`, convolutions Kaiming-uniform, norms the identity, temperatures 1, top-m scalars 0.2,
 * residual gates 0.
 *
 * A tensor depends on the seed and its name only.
 * Errors: `INVALID_ARGUMENT` for an unsound config or a seed that is not whole.
 *
 * @example initialParameters(config, 0).get('level1.gate') // 48 zeros
 */
export function initialParameters(config: PipConfig, seed: number): TensorMap {
  validateConfig(config);
  return startParameters(pipParameters(config), seed);
}

/** The parameters of a list as they start. Errors: `INVALID_ARGUMENT` for a seed that is not whole. */
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
