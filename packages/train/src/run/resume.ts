import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { argument, GraftError, own } from '@pip-graft/onnx-graft';
import { canonicalJson } from '@pip-graft/pip-core';
import type { BatchOptions } from '../data/batch.ts';
import { readState } from '../state/state-file.ts';
import type {
  JsonValue,
  StateChange,
  StateOrigin,
  TrainingState,
} from '../state/training-state.ts';
import type { StepOptions, TrainOptions } from '../trainer/train-options.ts';

/** Options that may change when a run continues. */
const free = new Set([
  'steps',
  'rate',
  'end-rate',
  'warmup',
  'prompt-rate',
  'validate-every',
  'patience',
]);

/** Options that stages set. */
const schedule = ['stage', 'steps', 'batch', 'patch', 'rate', 'end-rate', 'warmup', 'loss'];

/** How the options of a run differ from those of its saved state. */
export interface Differences {
  /** Allowed differences; `step` is the state's. */
  readonly changes: readonly StateChange[];
  /** Differences that are not allowed, each as text. */
  readonly refused: readonly string[];
}

/**
 * Compares options by name. With several stages, now or before, all options of stages may differ.
 *
 * @example compareOptions({ steps: 8 }, { steps: 9 }, 8).changes // [{ step: 8, option: 'steps', from: 8, to: 9 }]
 */
export function compareOptions(before: RunOptions, now: RunOptions, step: number): Differences {
  const staged = 'stage' in before || 'stage' in now;
  const [old, fresh] = staged ? [gathered(before), gathered(now)] : [before, now];
  const changes: StateChange[] = [];
  const refused: string[] = [];
  for (const option of new Set([...Object.keys(old), ...Object.keys(fresh)])) {
    const [from, to] = [own(old, option) ?? null, own(fresh, option) ?? null];
    if (canonicalJson(from) === canonicalJson(to)) continue;
    if (free.has(option) || option === 'stage') changes.push({ step, option, from, to });
    else refused.push(spelled(option, from, to));
  }
  return { changes, refused };
}

/** Returns options with those of stages gathered in one. */
function gathered(options: RunOptions): RunOptions {
  const rest = Object.entries(options).filter(([name]) => !schedule.includes(name));
  const own = Object.entries(options).filter(([name]) => schedule.includes(name));
  return { ...Object.fromEntries(rest), stage: options['stage'] ?? [Object.fromEntries(own)] };
}

function spelled(option: string, from: JsonValue, to: JsonValue): string {
  if (
    ['data', 'pairs', 'examples'].includes(option) ||
    (isImagesDigest(from) && isImagesDigest(to))
  )
    return `${option} (other images)`;
  if (option === 'validate' && isImagesDigest(to))
    return `${option} (a folder instead of ${textOf(from)})`;
  if (option === 'validate' && isImagesDigest(from))
    return `${option} (${textOf(to)} instead of a folder)`;
  return `${option} (${textOf(to)} instead of ${textOf(from)})`;
}

function textOf(value: JsonValue): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Returns the saved state of a run if `path` is given and exists; else a fresh one. Adds changed
 * options to its changes.
 *
 * Errors: `ADAPTER_MISMATCH`, naming the options, for a state of another run; those of `readState`.
 *
 * @param steps of the whole run; at least the number already done
 * @param earlier options in an older form, which count as the same
 */
export function beginOrGoOn(
  path: string | undefined,
  origin: StateOrigin,
  steps: number,
  begin: () => TrainingState,
  earlier: RunOptions = {},
): TrainingState {
  if (path === undefined || !existsSync(path)) return begin();
  const state = readState(path, 'Put back a copy of it, or begin again with --force.');
  const before = Object.entries(state.origin.options).map(([name, value]) => [
    name,
    own(earlier, name) === value ? (own(origin.options, name) ?? null) : value,
  ]);
  const { changes, refused } = compareOptions(
    Object.fromEntries(before),
    origin.options,
    state.step,
  );
  const others = [
    ...(state.origin.host === origin.host ? [] : ['host (another file)']),
    ...(state.origin.adapter === origin.adapter ? [] : ['adapter (another one)']),
    ...refused,
    ...(steps < state.step ? [`steps (${steps}, and ${state.step} are done)`] : []),
  ];
  if (others.length > 0)
    throw new GraftError(
      'ADAPTER_MISMATCH',
      `${path}: the state is of a run that differs in ${others.join(', ')}; give what that run was started with, or begin again without resuming.`,
    );
  return { ...state, origin, changes: [...state.changes, ...changes] };
}

/** The files of a run, beside its output. */
export interface RunFiles {
  /** The state from which the run continues. */
  readonly state: string;
  /** The best state on the validation images. */
  readonly best: string;
  /** Table of steps. */
  readonly log: string;
  /** Table of validations. */
  readonly validation: string;
}

/**
 * Returns where a run keeps its states and tables.
 *
 * @example runFiles('out/rain/').state // 'out/rain.state.safetensors'
 */
export function runFiles(output: string): RunFiles {
  argument.requirePath(output, 'runFiles');
  const stem = output.replace(/[/\\]+$/, '');
  return {
    state: `${stem}.state.safetensors`,
    best: `${stem}.best.state.safetensors`,
    log: `${stem}.log.csv`,
    validation: `${stem}.validation.csv`,
  };
}

/** Options of a run, under the names of the command line. */
type RunOptions = Readonly<Record<string, JsonValue>>;

/** How a run is validated, on images that it does not learn from. */
export interface ValidationRequest {
  /** A folder, or a share of the training images in (0, 1); undefined without validation. */
  readonly validate?: string | number | undefined;
  /** Steps between two validations. */
  readonly validateEvery?: number | undefined;
  /** Side of the patches; default: that of the last stage. */
  readonly validatePatch?: number | undefined;
  /** Number of validations without improvement after which the run ends; undefined for no limit. */
  readonly patience?: number | undefined;
}

/**
 * Returns all options that affect a run's result: its state keeps them for comparison when it
 * continues. Excludes the number of workers and the like. Images are a digest of their paths.
 */
export function runOptions(
  { validate, validateEvery, patience, validatePatch }: ValidationRequest,
  stages: readonly TrainOptions[],
  batches: BatchOptions,
): RunOptions {
  const first = stages[0]!;
  const { accumulate, clip, average, seed, learn, angles, weightDecay, betas } = first;
  const validation =
    validate === undefined
      ? { validate: null }
      : {
          validate,
          validatePatch,
          patience: patience ?? null,
          validateEvery: validateEvery ?? null,
        };
  return named({
    ...(stages.length > 1 ? { stage: stages.map(scheduleOf) } : scheduleOf(first)),
    accumulate,
    clip,
    average,
    seed,
    params: learn,
    angles,
    weightDecay,
    betas,
    promptRate: first.promptRate,
    spikes: stages.some(({ spikes }) => spikes),
    ...validation,
    ...dataOf(batches),
  });
}

/** Like {@link runOptions}, for a sensor. */
export function sensorRunOptions(options: StepOptions, batches: BatchOptions): RunOptions {
  const { steps, batch, patch, rate, warmup, seed } = options;
  return named({ steps, batch, patch, rate, warmup, seed, ...dataOf(batches) });
}

/** Returns what patches are cut from and how they are made, without the options of stages. */
function dataOf(batches: BatchOptions): Readonly<Record<string, unknown>> {
  const {
    photos,
    pairs,
    examples,
    patch: _,
    batch: __,
    seed: ___,
    pixels: ____,
    ...made
  } = batches;
  const shown = Object.entries(examples ?? {}).map(
    ([label, all]) => [label, namesOf(all)] as const,
  );
  const paired = Object.entries(pairs ?? {}).map(
    ([label, all]) =>
      [label, namesOf(all.flatMap(({ input, target }) => [input, target]))] as const,
  );
  return {
    ...made,
    data: imagesDigest(photos),
    pairs: pairs ? digest(paired) : null,
    ...(examples ? { examples: digest(shown) } : {}),
  };
}

/** Whether an option's value is an {@link imagesDigest}. */
export function isImagesDigest(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && value.startsWith('sha256:');
}

/** Digest of the names of images, the same in every folder. */
export function imagesDigest(paths: readonly string[]): string {
  return digest(namesOf(paths));
}

/** Paths without the folders that all share: a run may continue from another place or machine. */
function namesOf(paths: readonly string[]): string[] {
  const parts = paths.map((path) => path.split(/[\\/]/));
  const [first = []] = parts;
  let shared = 0;
  while (shared < first.length - 1 && parts.every((each) => each[shared] === first[shared]))
    shared++;
  return parts.map((each) => each.slice(shared).join('/'));
}

/**
 * Digests of images as earlier states have them, of whole paths. A state that has these continues.
 */
export function earlierDigests({ photos, pairs }: BatchOptions): RunOptions {
  return { data: digest(photos), pairs: pairs ? digest(pairs) : null };
}

/** Converts by way of JSON, so that options compare equal to those read from a state. */
function named(options: Readonly<Record<string, unknown>>): RunOptions {
  const plain = JSON.parse(JSON.stringify(options)) as Record<string, JsonValue>;
  return Object.fromEntries(Object.entries(plain).map(([name, value]) => [kebab(name), value]));
}

/** Name of an option on the command line: `weight-decay` of `weightDecay`. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function scheduleOf({ steps, first, batch, patch, rate, endRate, warmup, loss }: TrainOptions) {
  return {
    steps: steps - first,
    batch,
    patch,
    rate,
    warmup,
    loss,
    ...(endRate === 0 ? {} : { endRate }),
  };
}

function digest(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`;
}
