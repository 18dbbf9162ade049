import { GraftError } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';

/** Far above any network: a hostile shape can claim more without any data. */
const mostChannels = 4096;

/** An attention block has at least nine tensors; some may be missing. */
const namesOfAttention = 5;

/** Names and shapes of a state dict, with queries for what a network needs. */
export class Shapes {
  readonly names: readonly string[];
  readonly label: string;
  readonly #tensors: TensorMap;

  constructor(tensors: TensorMap, label: string) {
    this.names = [...tensors.keys()];
    this.label = label;
    this.#tensors = tensors;
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** One size of a tensor. Errors: `CORRUPT_FILE` if it is missing or of another rank. */
  size(name: string, rank: number, axis: number): number {
    const dims = this.#tensors.get(name)?.dims;
    if (dims?.length === rank) return dims[axis]!;
    const problem = dims ? `has shape [${dims.join(', ')}]` : 'is missing';
    throw new GraftError(
      'CORRUPT_FILE',
      `${this.label}: tensor '${name}' ${problem}; rank ${rank} was expected.`,
    );
  }

  /**
   * Output or input channels of a 3x3 convolution. Errors: as of {@link size}; none, or too many.
   */
  channels(name: string, axis: 0 | 1): number {
    const channels = this.size(name, 4, axis);
    const [, , height, width] = this.#tensors.get(name)!.dims;
    if (height === 3 && width === 3 && channels >= 1 && channels <= mostChannels) return channels;
    throw new GraftError(
      'CORRUPT_FILE',
      `${this.label}: tensor '${name}' has shape [${this.#tensors.get(name)!.dims.join(', ')}]; a 3x3 convolution of 1 to ${mostChannels} channels was expected.`,
    );
  }

  dims(name: string): readonly number[] | undefined {
    return this.#tensors.get(name)?.dims;
  }

  matching(pattern: RegExp): string[] {
    return this.names.filter((name) => pattern.test(name));
  }

  /** Number of parts `{name}.0`, `{name}.1`, … Errors: `CORRUPT_FILE` for a gap in the numbers. */
  count(name: string): number {
    const start = `${name}.`;
    const found = new Set<string>();
    for (const one of this.names) {
      if (!one.startsWith(start)) continue;
      const part = one.slice(start.length).split('.', 1)[0]!;
      // Profilers leave counters beside the parts, such as `downs.total_ops`.
      if (/^\d+$/.test(part)) found.add(part);
    }
    for (let index = 0; index < found.size; index++) {
      if (found.has(String(index))) continue;
      throw new GraftError(
        'CORRUPT_FILE',
        `${this.label}: '${name}.${index}' is missing, but there are ${found.size} parts of '${name}'.`,
      );
    }
    return found.size;
  }

  /**
   * Like {@link count}, for blocks of a network, which have at least this many names each: more
   * blocks than the names allow are not blocks.
   */
  blocks(name: string, namesOfBlock = namesOfAttention): number {
    const count = this.count(name);
    const own = this.names.filter((one) => one.startsWith(`${name}.`)).length;
    if (own >= count * namesOfBlock) return count;
    throw new GraftError(
      'CORRUPT_FILE',
      `${this.label}: '${name}' has ${count} blocks but only ${own} tensors; some are missing.`,
    );
  }
}
