import { checkpointLimits } from './limits.ts';

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
