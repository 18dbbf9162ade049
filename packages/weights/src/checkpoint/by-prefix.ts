import { GraftError } from '@pip-graft/onnx-graft';
import type { FloatTensor } from '../tensors.ts';
import { checkpointLimits, shownName } from './checkpoint.ts';

/** Tensors that share a prefix, by the rest of their names. */
export interface Prefixed<T> {
  /** Path before every name, such as `state_dict.net`; empty if there is none. */
  readonly prefix: string;
  /** Whether its path indicates averages over a training: EMA, SWA. */
  readonly average: boolean;
  readonly tensors: ReadonlyMap<string, T>;
}

/**
 * Parts that wrappers add to a path, at any depth: DataParallel, torch.compile, FSDP of PyTorch and
 * of FairScale, activation checkpointing, Fabric, Opacus. No known network has modules of these
 * names.
 */
const wrappers = new Set([
  'module',
  '_orig_mod',
  '_fsdp_wrapped_module',
  '_fpw_module',
  '_checkpoint_wrapped_module',
  '_forward_module',
  '_original_module',
  '_module',
]);

/** Words that mark an average in a path: `params_ema`, `netEMA`, `swa_model`, `ema.shadow`. */
const averages =
  /(?<![A-Za-z])(ema|EMA|Ema)(?![a-z])|[a-z](EMA|Ema)(?![a-z])|(?<![a-z])(swa|SWA|shadow|avg|averaged?|polyak)(?![a-z])/;

/** The plain weights that ema_pytorch keeps beside the average: `ema.online_model`. */
const plain = /(?<![A-Za-z])online(?![a-z])/;

/** Whether a path indicates averages over a training: EMA, SWA. */
export function isAverage(path: string): boolean {
  return averages.test(path) && !plain.test(path);
}

/**
 * Groups tensors by prefixes that have an anchor: a name that a network of a known kind always has.
 * Each tensor belongs to its longest prefix; names lose the parts that wrappers added.
 *
 * @param anchors each matches the end of a name, starting at a whole part
 *
 * @example byPrefix(tensors, [/(?:^|\.)intro\.weight$/])[0]?.prefix // 'state_dict.net'
 */
export function byPrefix<T>(
  tensors: ReadonlyMap<string, T>,
  anchors: readonly RegExp[],
): Prefixed<T>[] {
  const groups = new Map<string, Map<string, T>>();
  for (const name of tensors.keys()) {
    if (name.length > checkpointLimits.pathLength) continue;
    const prefix = prefixOf(name, anchors);
    if (prefix !== undefined) groups.set(prefix, new Map());
  }
  if (groups.size === 0) return [];
  for (const [name, tensor] of tensors) {
    if (name.length > checkpointLimits.pathLength) continue;
    const prefix = longestPrefix(name, groups);
    if (prefix === undefined) continue;
    const group = groups.get(prefix)!;
    const rest = prefix === '' ? name : name.slice(prefix.length + 1);
    const plain = withoutWrappers(rest);
    // If two names differ only by a wrapper, the second stays unchanged and counts as extra.
    group.set(group.has(plain) ? rest : plain, tensor);
  }
  return [...groups].map(([prefix, group]) => {
    // torch.optim.swa_utils counts beside `module`.
    const counter = `${prefix.replace(/(^|\.)module$/, '$1')}n_averaged`;
    return { prefix, average: isAverage(prefix) || tensors.has(counter), tensors: group };
  });
}

function prefixOf(name: string, anchors: readonly RegExp[]): string | undefined {
  const parts = name.split('.');
  const own = parts.flatMap((part, index) => (wrappers.has(part) ? [] : [index]));
  const plain = own.map((index) => parts[index]).join('.');
  for (const anchor of anchors) {
    const match = anchor.exec(plain)?.[0];
    if (match === undefined) continue;
    const count = match.replace(/^\./, '').split('.').length;
    return parts.slice(0, own[own.length - count]).join('.');
  }
  return undefined;
}

function longestPrefix(name: string, groups: ReadonlyMap<string, unknown>): string | undefined {
  for (let end = name.lastIndexOf('.'); end > 0; end = name.lastIndexOf('.', end - 1)) {
    const prefix = name.slice(0, end);
    if (groups.has(prefix)) return prefix;
  }
  return groups.has('') ? '' : undefined;
}

function withoutWrappers(name: string): string {
  return name
    .split('.')
    .filter((part) => !wrappers.has(part))
    .join('.');
}

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
