import { GraftError } from '@pip-graft/onnx-graft';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { elementCount, type FloatTensor } from './tensors.ts';

/**
 * Seeded random numbers, the same on every machine.
 *
 * `fork(name)` returns a stream that depends only on the seed and the name, not on what was drawn
 * before: adding a tensor does not change the others.
 *
 * Errors: `INVALID_ARGUMENT` for a seed that is not an integer.
 *
 * @example
 * const random = new Random(7);
 * random.fork('level1.gate').normal(); // whatever else was drawn
 */
export class Random {
  readonly #key: string;
  readonly #generator: ReturnType<typeof xoroshiro128plusFromState>;
  #spare: number | undefined;

  constructor(seed: number | string) {
    if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
      throw new GraftError('INVALID_ARGUMENT', `A seed is a whole number, not ${seed}.`);
    }
    this.#key = String(seed);
    this.#generator = xoroshiro128plusFromState(hash128(this.#key));
  }

  /** A separate stream for a name. */
  fork(name: string): Random {
    return new Random(`${this.#key}/${name}`);
  }

  /** A number in [low, high), uniformly distributed. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * uniformFloat64(this.#generator);
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.uniform(0, bound));
  }

  /** A number from the normal distribution (Box and Muller 1958, both of each pair used). */
  normal(mean = 0, deviation = 1): number {
    const spare = this.#spare;
    if (spare !== undefined) {
      this.#spare = undefined;
      return mean + deviation * spare;
    }
    // 1 - u is in (0, 1], where the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return mean + deviation * radius * Math.cos(angle);
  }
}

/** Four 32-bit words from a text: four FNV-1a lanes, then MurmurHash3's finaliser across them. */
function hash128(text: string): number[] {
  const lanes = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    for (let lane = 0; lane < 4; lane++) {
      lanes[lane] = Math.imul(lanes[lane]! ^ (unit + lane), 0x01000193);
    }
  }
  let carry = text.length;
  for (let round = 0; round < 8; round++) {
    let word = (lanes[round % 4]! + carry) | 0;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    carry = word ^ (word >>> 16);
    lanes[round % 4] = carry;
  }
  return lanes;
}

/**
 * The usual initialisation of a convolution's weight (O, I/groups, kh, kw): uniform in
 * ±1/sqrt(fanIn), that is Kaiming-uniform with a = sqrt 5.
 *
 * `fanIn` is the product of all axes but the first; pass it for a bias.
 *
 * @example kaimingUniform([64, 3, 3, 3], random.fork('conv.weight'))
 */
export function kaimingUniform(
  dims: readonly number[],
  random: Random,
  fanIn: number = elementCount(dims.slice(1)),
): FloatTensor {
  if (!(fanIn > 0)) {
    throw new GraftError('INVALID_ARGUMENT', `The fan-in must be positive, not ${fanIn}.`);
  }
  const bound = 1 / Math.sqrt(fanIn);
  return filled(dims, () => random.uniform(-bound, bound));
}

/** A tensor of numbers from the normal distribution with mean 0. */
export function normal(dims: readonly number[], random: Random, deviation = 1): FloatTensor {
  return filled(dims, () => random.normal(0, deviation));
}

/** A tensor with one number everywhere. */
export function constant(dims: readonly number[], value: number): FloatTensor {
  return { dims, data: new Float32Array(elementCount(dims)).fill(value) };
}

function filled(dims: readonly number[], draw: () => number): FloatTensor {
  const data = new Float32Array(elementCount(dims));
  for (let i = 0; i < data.length; i++) data[i] = draw();
  return { dims, data };
}
