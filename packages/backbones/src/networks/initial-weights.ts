import { constant, elementCount, normal, Random, type TensorMap } from '@pip-graft/weights';
import type { Init, Parameter } from './parameter.ts';

/**
 * Untrained weights for a list of parameters, the same for the same seed. Every tensor has its own
 * stream, and its numbers are drawn when they are asked for (each time anew: a network being saved
 * asks once), so that a large network is never whole in memory.
 *
 * @example initialWeights(nafnetParameters(nafnetDefaults), 7)
 */
export function initialWeights(parameters: readonly Parameter[], seed: number): TensorMap {
  const random = new Random(seed);
  return new Map(
    parameters.map(({ name, dims, init }) => [
      name,
      {
        dims,
        get data() {
          return draw(dims, init, random.fork(name));
        },
      },
    ]),
  );
}

function draw(dims: readonly number[], init: Init, random: Random): Float32Array {
  if (init.kind === 'constant') return constant(dims, init.value).data;
  if (init.kind === 'normal') return normal(dims, random, init.deviation).data;
  const { low, high, alike = 1 } = init;
  const data = new Float32Array(elementCount(dims));
  const row = data.length / dims[0]!;
  for (let start = 0; start < data.length; start += alike * row) {
    for (let i = start; i < start + row; i++) data[i] = random.uniform(low, high);
    for (let copy = 1; copy < alike; copy++) {
      data.copyWithin(start + copy * row, start, start + row);
    }
  }
  return data;
}
