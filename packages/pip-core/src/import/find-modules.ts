import { byPrefix, choosePrefixed, type FloatTensor, type Prefixed } from '@pip-graft/weights';

/** Every level of PIP modules has both; one may be lost. */
const anchors = [/(?:^|\.)prompt\d+\.(?:low|detask)_prompt_param$/];

/** Options of {@link findModules}. */
export interface FindOptions {
  /** Path before the modules' names; default: that of the only ones, or of the only average of them. */
  readonly prefix?: string | undefined;
  /** What messages call the checkpoint; default: `checkpoint`. */
  readonly label?: string;
}

/**
 * The network with PIP modules in a checkpoint, under any prefix and beside anything else; undefined
 * if there is none. Its tensors are what `importAdapter` takes.
 *
 * Errors: `INVALID_ARGUMENT` for several, with their prefixes.
 *
 * @example findModules(checkpoint.tensors)?.prefix // 'params'
 */
export function findModules<T extends FloatTensor>(
  tensors: ReadonlyMap<string, T>,
  { prefix, label = 'checkpoint' }: FindOptions = {},
): Prefixed<T> | undefined {
  const candidates = byPrefix(tensors, anchors);
  if (candidates.length === 0) return undefined;
  const describe = (one: Prefixed<T>): string => `${one.tensors.size} tensors`;
  return choosePrefixed(candidates, { prefix, label, describe });
}
