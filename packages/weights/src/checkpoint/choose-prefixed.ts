import { GraftError } from '@pip-graft/onnx-graft';
import type { FloatTensor } from '../tensor-map.ts';
import type { Prefixed } from './by-prefix.ts';
import { shownName } from './checkpoint.ts';

/** Candidates that a message lists. */
const listed = 12;

/** Options of {@link choosePrefixed}. */
export interface ChoiceOptions<T> {
  /** Path before its names; default: the only network, or its only average. */
  readonly prefix?: string | undefined;
  /** The checkpoint's name in messages. */
  readonly label: string;
  /** Describes a candidate in a few words. */
  readonly describe: (candidate: T) => string;
}

/**
 * Chooses one of a checkpoint's networks: the one under the given prefix; else the only one; else
 * the only average, which restores best; else the first of equal copies.
 *
 * Errors: `INVALID_ARGUMENT`, with the candidates, if several remain or none has the prefix.
 */
export function choosePrefixed<T extends Prefixed<FloatTensor>>(
  candidates: readonly T[],
  { prefix, label, describe }: ChoiceOptions<T>,
): T {
  const list = (): string => {
    const words = candidates
      .slice(0, listed)
      .map((one) => `'${shownName(one.prefix)}' (${describe(one)})`);
    return `${words.join(', ')}${candidates.length > listed ? ', …' : ''}`;
  };
  if (prefix !== undefined) {
    const wanted = prefix.replace(/\.$/, '');
    const under = candidates.filter((one) => one.prefix.startsWith(`${wanted}.`));
    const found =
      candidates.find((one) => one.prefix === wanted) ??
      (under.length === 1 ? under[0] : undefined);
    if (found !== undefined) return found;
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${label}: no network under '${shownName(wanted)}'; its networks are ${list()}.`,
    );
  }
  const averages = candidates.filter(({ average }) => average);
  const best = averages.length > 0 ? averages : candidates;
  const [first, ...others] = best;
  if (first !== undefined && others.every((one) => areEqual(first, one))) return first;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${label}: it holds ${candidates.length} networks: ${list()}; choose one with --prefix.`,
  );
}

/** Whether two networks have the same tensors, number by number, like one saved twice. */
function areEqual(one: Prefixed<FloatTensor>, other: Prefixed<FloatTensor>): boolean {
  if (one.tensors.size !== other.tensors.size) return false;
  const shapes = [...one.tensors].every(
    ([name, { dims }]) => other.tensors.get(name)?.dims.join() === dims.join(),
  );
  return (
    shapes &&
    [...one.tensors].every(([name, { data }]) => {
      const same = other.tensors.get(name)!.data;
      return data.length === same.length && data.every((value, at) => Object.is(value, same[at]));
    })
  );
}
