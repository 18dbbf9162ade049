import { type ByteSource, elementCount, GraftError } from '@pip-graft/onnx-graft';
import type { FloatTensor } from '../tensor-map.ts';
import type { Checkpoint, CheckpointFormat, CheckpointScalar } from './checkpoint.ts';
import { checkpointLimits } from './limits.ts';
import { PickleDict, PickleTensor, type PickleValue } from './pickle-value.ts';
import { tensorElements } from './tensor-elements.ts';

/** Where trainings put a network's tensors; averaged weights first, since they are what restores best. */
const containers = [
  ...['params_ema', 'state_dict_ema', 'model_ema', 'g_ema', 'ema'],
  ...['params', 'state_dict', 'model_state_dict', 'model_state'],
  ...['model', 'net', 'network', 'netG', 'net_g', 'generator', 'g', 'weights', 'module'],
];

/** What wrappers put before every name: DataParallel, Lightning modules, compiled networks. */
const prefixes = [
  ...['module.', 'net.', 'model.', 'network.', 'net_g.', 'netG.', 'generator.', '_orig_mod.'],
];

/** How many names a message lists. */
const listed = 8;

/** The tensors in an unpickled object. Errors: `CORRUPT_FILE` when there are none. */
export function unwrap(
  root: PickleValue,
  format: CheckpointFormat,
  { label, size }: ByteSource,
): Checkpoint {
  const look = new Look();
  const container: string[] = [];
  const extra: Record<string, CheckpointScalar> = Object.create(null);
  const ignored: string[] = [];
  const aside = (name: string, value: PickleValue): void => {
    if (isScalar(value)) extra[name] = value;
    else ignored.push(name);
  };
  let dict = root;
  while (dict instanceof PickleDict && container.length < checkpointLimits.containerDepth) {
    const inner = look.inside(dict);
    if (inner === undefined) break;
    for (const [key, value] of dict.entries) {
      if (key !== inner) aside([...container, String(key)].join('.'), value);
    }
    container.push(inner);
    dict = dict.entries.get(inner)!;
  }
  const named = new Map<string, PickleTensor>();
  if (dict instanceof PickleDict) {
    for (const [key, value] of dict.entries) {
      const name = [...container, String(key)].join('.');
      if (value instanceof PickleTensor && typeof key === 'string') named.set(key, value);
      else aside(name, value);
    }
  }
  if (named.size === 0) throw withoutTensors(root, label);
  if (named.size > checkpointLimits.tensors) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${label}: it has ${named.size} tensors; at most ${checkpointLimits.tensors} are read.`,
    );
  }
  const elements = [...named.values()].reduce((sum, { dims }) => sum + elementCount(dims), 0);
  const most = size * checkpointLimits.elementsPerByte + checkpointLimits.expandedElements;
  if (elements > most) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${label}: its tensors have ${elements} elements, out of ${size} bytes.`,
    );
  }
  return { format, container, extra, ignored, ...withoutPrefix(tensorsOf(named)) };
}

/** Takes off what every name begins with, where it is a known wrapper's. */
export function withoutPrefix(
  named: Pick<Checkpoint, 'tensors' | 'dtypes'>,
): Pick<Checkpoint, 'tensors' | 'dtypes' | 'prefix'> {
  const names = [...named.tensors.keys()];
  let prefix = '';
  for (;;) {
    const more = prefixes.find((part) =>
      names.every((name) => name.startsWith(prefix + part) && name !== prefix + part),
    );
    if (more === undefined || names.length === 0) break;
    prefix += more;
  }
  const cut = <T>(map: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...map].map(([name, value]) => [name.slice(prefix.length), value]));
  return { prefix, tensors: cut(named.tensors), dtypes: cut(named.dtypes) };
}

function tensorsOf(named: ReadonlyMap<string, PickleTensor>) {
  const tensors = [...named].map(([name, tensor]): [string, FloatTensor] => [
    name,
    {
      dims: tensor.dims,
      get data() {
        return tensorElements(tensor);
      },
    },
  ]);
  const dtypes = [...named].map(([name, { storage }]) => [name, storage.dtype] as const);
  return { tensors: new Map(tensors), dtypes: new Map(dtypes) };
}

/** Looks for tensors in dictionaries, each once: a hostile file has many, one in the other. */
class Look {
  readonly #having = new Map<PickleDict, boolean>();
  readonly #leading = new Map<PickleDict, boolean>();

  /**
   * The key of the dictionary to look into next: a usual one, even where single tensors lie beside it
   * (scores are saved as such), or the only one that holds tensors. undefined when it is reached.
   */
  inside(dict: PickleDict): string | undefined {
    const holds = (key: PickleValue): key is string => {
      const value = dict.entries.get(key);
      return typeof key === 'string' && value instanceof PickleDict && this.#leads(value, 1);
    };
    const usual = containers.find(holds);
    if (usual !== undefined || this.#has(dict)) return usual;
    const others = [...dict.entries.keys()].filter(holds);
    return others.length === 1 ? others[0] : undefined;
  }

  #has(dict: PickleDict): boolean {
    let found = this.#having.get(dict);
    if (found !== undefined) return found;
    found = false;
    if (!dict.isEmpty) {
      for (const value of dict.entries.values()) {
        if (value instanceof PickleTensor) found = true;
      }
    }
    this.#having.set(dict, found);
    return found;
  }

  #leads(dict: PickleDict, depth: number): boolean {
    const known = this.#leading.get(dict);
    if (known !== undefined) return known;
    // A dictionary that contains itself leads nowhere.
    this.#leading.set(dict, false);
    const next = depth < checkpointLimits.containerDepth && !dict.isEmpty ? containers : [];
    const leads =
      this.#has(dict) ||
      next.some((key) => {
        const value = dict.entries.get(key);
        return value instanceof PickleDict && this.#leads(value, depth + 1);
      });
    this.#leading.set(dict, leads);
    return leads;
  }
}

function isScalar(value: PickleValue): value is CheckpointScalar {
  return value === null || ['number', 'string', 'boolean'].includes(typeof value);
}

function withoutTensors(root: PickleValue, label: string): GraftError {
  const keys = root instanceof PickleDict ? [...root.entries.keys()].map(String) : [];
  const seen =
    root instanceof PickleTensor
      ? 'it is one tensor'
      : keys.length > 0
        ? `its keys are ${keys.slice(0, listed).join(', ')}${keys.length > listed ? ', …' : ''}`
        : 'it is no dictionary';
  return new GraftError(
    'CORRUPT_FILE',
    `${label}: no tensors by name were found: ${seen}. A state_dict() is needed, bare or under one of ${containers.slice(0, listed).join(', ')}.`,
  );
}
