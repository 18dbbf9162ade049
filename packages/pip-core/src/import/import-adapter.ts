import { argument, GraftError } from '@pip-graft/onnx-graft';
import {
  byPrefix,
  choosePrefixed,
  type FloatTensor,
  type Prefixed,
  type TensorMap,
} from '@pip-graft/weights';
import type { Adapter, AdapterBase } from '../adapter/adapter.ts';
import { pipParameters } from '../parameters/level-parameters.ts';
import { parameterName } from '../parameters/names.ts';
import { detectConfig } from './detect-config.ts';

/** Facts about an adapter that its checkpoint does not record. */
export interface ImportOptions {
  readonly name: string;
  readonly base: AdapterBase;
  /** Record of the training; null if it is not known to be trained. */
  readonly training: Readonly<Record<string, unknown>> | null;
  /** Names for the degradations, in the prompts' order; default: the release's five or seven. */
  readonly labels?: readonly string[];
  /** The checkpoint's name in messages. */
  readonly label?: string;
}

/**
 * Imports an adapter from the PIP modules of an authors' checkpoint, whatever else is in it: any of
 * the five modes, any sizes, any number of labels. Ignores the host's tensors.
 *
 * `tensors` have the checkpoint's names, such as `prompt1.low_prompt_param`.
 *
 * Errors: `ADAPTER_INVALID` if there is no PIP module, if sizes contradict each other, or with the
 * checkpoint's names of every tensor that is missing, extra or of another shape; `INVALID_ARGUMENT`
 * if there are not as many labels as prompts. Source: docs/notes/pip.md section 5.
 *
 * @example
 * const adapter = importAdapter(checkpoint.tensors, { name: 'pip', base, training: { epoch: 120 } });
 * adapter.config.mode; // 'pip_cross_topm'
 */
export function importAdapter(tensors: TensorMap, options: ImportOptions): Adapter {
  argument.requireTensors(tensors, 'importAdapter');
  argument.requireKind(options, {
    member: 'name',
    place: 'importAdapter: options',
    takes: "options such as { name: 'my-adapter', base, training }",
  });
  const { name, base, training, label = 'checkpoint' } = options;
  const levels = new Map<number, Map<string, readonly number[]>>();
  const own = new Map<string, FloatTensor>();
  for (const [key, tensor] of tensors) {
    const place = fromCheckpointName(key);
    if (place === undefined) continue;
    const shapes = levels.get(place.level) ?? new Map<string, readonly number[]>();
    levels.set(place.level, shapes.set(place.name, tensor.dims));
    own.set(parameterName(place.level, place.name), tensor);
  }
  const config = detectConfig(levels, label, options.labels);
  checkNames(own, config, label);
  return {
    name,
    version: '0.0.0',
    config,
    tensors: own,
    base,
    training,
    defaultDegradation: null,
    license: null,
    baseLicense: null,
    digest: null,
  };
}

/** Rejects what does not fit the config, under the checkpoint's own names. */
function checkNames(
  own: TensorMap,
  config: Parameters<typeof pipParameters>[0],
  label: string,
): void {
  const specs = new Map(pipParameters(config).map(({ name, dims }) => [name, dims]));
  const problems: string[] = [];
  for (const [name, dims] of specs) {
    const found = own.get(name)?.dims;
    if (found === undefined) problems.push(`'${theirs(name)}' is missing`);
    else if (found.join() !== dims.join()) {
      problems.push(
        `'${theirs(name)}' has shape [${found.join(', ')}] instead of [${dims.join(', ')}]`,
      );
    }
  }
  for (const name of own.keys()) {
    if (!specs.has(name)) problems.push(`'${theirs(name)}' is left over`);
  }
  if (problems.length === 0) return;
  throw new GraftError(
    'ADAPTER_INVALID',
    `${label}: its PIP modules are ${config.mode} by their names, but do not fit that: ${problems.join('; ')}.`,
  );
}

function theirs(name: string): string {
  const [, level, rest] = /^level(\d+)\.(.*)$/.exec(name)!;
  return toCheckpointName(Number(level), rest!);
}

// The authors' checkpoints prefix a level's two parts, each with the level's number in it; here a
// level has one prefix. Source: docs/notes/pip.md section 5.

const parts = [
  { theirs: /^prompt(\d+)\./, ours: 'prompt' },
  { theirs: /^low_prompt_interaction_level(\d+)\./, ours: 'interaction' },
] as const;

/** Level and name within it of an authors' checkpoint name; undefined for the host's. */
function fromCheckpointName(name: string): { level: number; name: string } | undefined {
  for (const { theirs, ours } of parts) {
    const match = theirs.exec(name);
    if (match) {
      return { level: Number(match[1]), name: `${ours}.${name.slice(match[0].length)}` };
    }
  }
  return undefined;
}

/** The authors' checkpoint name of a level's parameter. */
function toCheckpointName(level: number, name: string): string {
  return name
    .replace(/^prompt\./, `prompt${level}.`)
    .replace(/^interaction\./, `low_prompt_interaction_level${level}.`);
}

/** Every level of PIP modules has both; one may be missing. */
const anchors = [/(?:^|\.)prompt\d+\.(?:low|detask)_prompt_param$/];

/** Options of {@link findModules}. */
export interface FindOptions {
  /** Path before the modules' names; default: that of the only modules, or their only average. */
  readonly prefix?: string | undefined;
  /** The checkpoint's name in messages; default: `checkpoint`. */
  readonly label?: string;
}

/**
 * Finds the network with PIP modules in a checkpoint, under any prefix and beside anything else;
 * undefined if there is none. Pass its tensors to `importAdapter`.
 *
 * Errors: `INVALID_ARGUMENT` for several, with their prefixes.
 *
 * @example findModules(checkpoint.tensors)?.prefix // 'params'
 */
export function findModules<T extends FloatTensor>(
  tensors: ReadonlyMap<string, T>,
  { prefix, label = 'checkpoint' }: FindOptions = {},
): Prefixed<T> | undefined {
  argument.requireTensors(tensors, 'findModules');
  const candidates = byPrefix(tensors, anchors);
  if (candidates.length === 0) return undefined;
  const describe = (one: Prefixed<T>): string => `${one.tensors.size} tensors`;
  return choosePrefixed(candidates, { prefix, label, describe });
}
