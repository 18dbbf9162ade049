import { type FloatTensor, isAverage } from '@pip-graft/weights';

type Tensors<T extends FloatTensor> = ReadonlyMap<string, T>;

/** A network of a checkpoint. */
export interface NamedNetwork {
  readonly prefix: string;
  /** Shapes by name, in the file's order, which is that of the network's parameters. */
  readonly parameters: ReadonlyMap<string, readonly number[]>;
}

/** An average of a network's weights that cannot be imported. */
export interface LeftAverage {
  readonly prefix: string;
  /** What is wrong with it, to follow "but". */
  readonly problem: string;
}

/** State that optimisers keep for every parameter, under its name. */
const optimiser = /(^|[._])(optim\w*|grads?|gradients?|exp_avg\w*|momentum_buffer)(?=\.|$)/gi;
/** Averages of the weights, not of gradients or updates, that NeMo and others keep among them. */
const inOptimiser =
  /\.((params?|weights|model|net)_)?(ema|swa|shadow|averaged)(_(params?|parameters|weights|model|net|state_dict))?(\.|$)/i;
/** torch_ema and diffusers keep the plain weights there while the network has the average. */
const plain =
  /(^|\.)(collected|temp_stored|stored|backup|original)_?(params?|weights?|parameters)?$/;

/** A hostile file may have prefixes of any depth; published paths have up to 150 characters. */
const mostParts = 4;
const longestPath = 500;

/** Whether a path leads to what an optimiser keeps, other than an average of the weights. */
export function isOptimiser(path: string): boolean {
  const last = [...path.matchAll(optimiser)].at(-1);
  return last !== undefined && !inOptimiser.test(path.slice(last.index + last[0].length));
}

/**
 * Names the tensors of averages that are kept without the network's names: a list in the order of
 * the parameters (torch_ema, diffusers, NeMo), or names without dots, or with underscores for them,
 * in a group of their own (LitEma) or beside the network (`ema_model_intro_weight`). Only where
 * every name and every shape fits; everything else stays as it is.
 */
export function nameAverages<T extends FloatTensor>(
  tensors: Tensors<T>,
  networks: readonly NamedNetwork[],
): Tensors<T> {
  const renamed = new Map<string, string>();
  const { named, flat } = averagesIn(tensors);
  const search = (groups: Map<string, string[]>, find: Find) => {
    for (const [path, keys] of groups) {
      const whole = (key: string) => (path === '' ? key : `${path}.${key}`);
      const dimsOf = (key: string) => tensors.get(whole(key))?.dims;
      for (const network of networks) {
        const names = find(keys, network, dimsOf);
        if (names === undefined) continue;
        const isFree = [...names.values()].every((name) => !tensors.has(whole(name)));
        if (isFree) for (const [key, name] of names) renamed.set(whole(key), whole(name));
        break;
      }
    }
  };
  search(named, (...group) => listed(...group) ?? joined(...group));
  search(flat, prefixed);
  if (renamed.size === 0) return tensors;
  return new Map([...tensors].map(([path, tensor]) => [renamed.get(path) ?? path, tensor]));
}

/** Whether any path indicates an average: most checkpoints have none, and need no search. */
export function hasAverages(tensors: Tensors<FloatTensor>): boolean {
  return [...tensors.keys()].some((path) => path.length <= longestPath && isAverage(path));
}

/**
 * Last parts of the paths of averages, by what precedes them: groups that indicate an average, and
 * others where the last part does.
 */
function averagesIn(
  tensors: Tensors<FloatTensor>,
): Record<'named' | 'flat', Map<string, string[]>> {
  const named = new Map<string, string[]>();
  const flat = new Map<string, string[]>();
  for (const path of tensors.keys()) {
    if (path.length > longestPath) continue;
    const end = path.lastIndexOf('.');
    const group = path.slice(0, Math.max(0, end));
    const key = path.slice(end + 1);
    const keys = named.get(group);
    if (keys) keys.push(key);
    else if (isWeights(group)) named.set(group, [key]);
    else if (isWeights(key) && !isOptimiser(group)) {
      const some = flat.get(group);
      if (some) some.push(key);
      else flat.set(group, [key]);
    }
  }
  return { named, flat };
}

function isWeights(path: string): boolean {
  return isAverage(path) && !plain.test(path) && !isOptimiser(path);
}

type Dims = (key: string) => readonly number[] | undefined;

/** Finds a network's names for keys; undefined if not all are there in their shapes. */
type Find = (
  keys: readonly string[],
  network: NamedNetwork,
  dimsOf: Dims,
) => Map<string, string> | undefined;

/** Names for a list with as many tensors as the network, each of its shape. */
function listed(
  keys: readonly string[],
  { parameters }: NamedNetwork,
  dimsOf: Dims,
): Map<string, string> | undefined {
  if (keys.length !== parameters.size) return undefined;
  const names = new Map<string, string>();
  let index = 0;
  for (const [name, dims] of parameters) {
    const key = String(index++);
    if (dimsOf(key)?.join() !== dims.join()) return undefined;
    names.set(key, name);
  }
  return names;
}

/** Names whose dots were removed or became underscores, with any of the parts before them. */
function joined(
  keys: readonly string[],
  { prefix, parameters }: NamedNetwork,
  dimsOf: Dims,
): Map<string, string> | undefined {
  if (keys.length < parameters.size) return undefined;
  const parts = prefix === '' ? [] : prefix.split('.');
  for (const dot of ['', '_']) {
    for (let count = 0; count <= Math.min(parts.length, mostParts); count++) {
      const before = parts.slice(parts.length - count);
      const names = new Map<string, string>();
      for (const [name, dims] of parameters) {
        const key = [...before, name].join('.').replaceAll('.', dot);
        if (names.has(key) || dimsOf(key)?.join() !== dims.join()) break;
        names.set(key, name);
      }
      if (names.size === parameters.size) return names;
    }
  }
  return undefined;
}

/** Like {@link joined}, after a word for the average: `ema_model_intro_weight`. */
function prefixed(
  keys: readonly string[],
  { parameters }: NamedNetwork,
  dimsOf: Dims,
): Map<string, string> | undefined {
  const [first] = parameters.keys();
  if (first === undefined || keys.length < parameters.size) return undefined;
  for (const dot of ['', '_']) {
    const flat = (name: string): string => name.replaceAll('.', dot);
    const starts = keys.flatMap((key) =>
      key.endsWith(flat(first)) ? [key.slice(0, -flat(first).length)] : [],
    );
    for (const start of starts) {
      const word = start.replace(/_+$/, '');
      if (!isWeights(word)) continue;
      const names = new Map<string, string>();
      for (const [name, dims] of parameters) {
        const key = `${start}${flat(name)}`;
        if (names.has(key) || dimsOf(key)?.join() !== dims.join()) break;
        names.set(key, `${word}.${name}`);
      }
      if (names.size === parameters.size) return names;
    }
  }
  return undefined;
}

/**
 * Averages in a checkpoint that look like this network's, judging by their path and by the shapes
 * of their convolutions.
 */
export function leftAverages(
  tensors: Tensors<FloatTensor>,
  { parameters }: NamedNetwork,
): LeftAverage[] {
  const kernels = new Set([...parameters.values()].map(kernelOf));
  return [...byAverage(tensors)].flatMap(([prefix, paths]) => {
    const own = paths.flatMap((path) => kernelOf(tensors.get(path)!.dims) ?? []);
    const same = own.filter((kernel) => kernels.has(kernel)).length;
    if (same === 0 || same * 2 < own.length) return [];
    const rests = paths.map((path) => path.slice(prefix.length + 1));
    return [{ prefix, problem: problemOf(rests, [...parameters.keys()]) }];
  });
}

/** Paths in averages, by the path through the last part that marks an average. */
function byAverage(tensors: Tensors<FloatTensor>): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const path of tensors.keys()) {
    if (path.length > longestPath || !isAverage(path)) continue;
    const parts = path.split('.').slice(0, -1);
    const prefix = parts.slice(0, parts.findLastIndex(isAverage) + 1).join('.') || flatPrefix(path);
    if (prefix === '' || !isWeights(prefix) || plain.test(parts.join('.'))) continue;
    const paths = groups.get(prefix);
    if (paths) paths.push(path);
    else groups.set(prefix, [path]);
  }
  return groups;
}

/** What names without dots have in common: `ema_*` of `ema_intro_weight`, `*_ema` of its reverse. */
function flatPrefix(path: string): string {
  const end = path.lastIndexOf('.') + 1;
  const words = path.slice(end).split('_');
  const at = words.findIndex(isAverage);
  if (at < 0 || words.length === 1) return '';
  const own = at === words.length - 1 ? `*_${words[at]}` : `${words.slice(0, at + 1).join('_')}_*`;
  return `${path.slice(0, end)}${own}`;
}

function kernelOf(dims: readonly number[]): string | undefined {
  return dims.length === 4 ? dims.join() : undefined;
}

function problemOf(rests: readonly string[], names: readonly string[]): string {
  // Wrappers precede the names by a few parts.
  const ends = new Set(
    rests.flatMap((rest) => {
      const parts = rest.split('.');
      return parts.slice(0, mostParts).map((_, from) => parts.slice(from).join('.'));
    }),
  );
  const missing = names.filter((name) => !ends.has(name)).length;
  if (missing === names.length) return 'without names that fit the network';
  return missing > 0
    ? `without ${missing} of the network's ${names.length} tensors`
    : 'it does not fit the network';
}
