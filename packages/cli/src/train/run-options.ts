import { GraftError } from '@pip-graft/onnx-graft';
import {
  type BatchOptions,
  checkBatchOptions,
  type JsonValue,
  type LossKind,
  listPairs,
  listPhotos,
  lossKinds,
  type Stage,
  type StepOptions,
  type TrainOptions,
} from '@pip-graft/train';
import { InvalidArgumentError } from 'commander';
import { canonical, sha256 } from '../format/table.ts';
import { wholeNumber } from '../options/options.ts';
import { type DegradeRequest, degradationsOf } from './degrade-option.ts';
import { kebab } from './spell.ts';
import { positive, positiveOrZero } from './step-request.ts';
import type { TrainRequest } from './train-request.ts';

/** Options that a run has, by the names that people give them. */
export type RunOptions = Readonly<Record<string, JsonValue>>;

/**
 * All that changes what comes out of a run, by option: what its state keeps, to be compared when it goes
 * on. Numbers of workers and the like are not in it. Images are a digest of their paths.
 */
export function runOptions(
  given: Pick<TrainRequest, 'stage' | 'validate' | 'validateEvery' | 'patience'>,
  stages: readonly TrainOptions[],
  batches: BatchOptions,
  validatePatch: number | undefined,
): RunOptions {
  const [first] = stages;
  const { accumulate, clip, average, seed, learn, angles, weightDecay, betas } = first!;
  const { validate, validateEvery, patience } = given;
  const validation =
    validate === undefined
      ? { validate: null }
      : {
          ...{ validate, validatePatch: validatePatch!, patience: patience ?? null },
          validateEvery: validateEvery ?? null,
        };
  const options = {
    ...(given.stage ? { stage: stages.map(scheduleOf) } : scheduleOf(first!)),
    ...{ accumulate, clip, average, seed, params: learn, angles, weightDecay, betas },
    ...{ promptRate: first!.promptRate, spikes: stages.some(({ spikes }) => spikes) },
    ...validation,
    ...dataOf(batches),
  };
  return named(options);
}

/** What patches are cut from and how they are made, without what each stage has of its own. */
function dataOf(batches: BatchOptions): RunOptions {
  const { photos, pairs, patch: _, batch: __, seed: ___, pixels: ____, ...made } = batches;
  return { ...made, data: digest(photos), pairs: pairs ? digest(pairs) : null };
}

/** The same for a sensor. */
export function sensorRunOptions(options: StepOptions, batches: BatchOptions): RunOptions {
  const { steps, batch, patch, rate, warmup, seed } = options;
  return named({
    ...{ steps, batch, patch, rate, warmup, seed },
    ...dataOf(batches),
  });
}

/** By way of JSON: what is compared is what a state gives back. */
function named(options: Readonly<Record<string, unknown>>): RunOptions {
  const plain = JSON.parse(JSON.stringify(options)) as Record<string, JsonValue>;
  return Object.fromEntries(Object.entries(plain).map(([name, value]) => [kebab(name), value]));
}

function scheduleOf({ steps, first, batch, patch, rate, endRate, warmup, loss }: TrainOptions) {
  return {
    ...{ steps: steps - first, batch, patch, rate, warmup, loss },
    ...(endRate === 0 ? {} : { endRate }),
  };
}

function digest(value: unknown): string {
  return `sha256:${sha256(canonical(value))}`;
}

/** What batches are asked for from. */
export interface BatchRequest {
  readonly data: string | undefined;
  /** Folders of real pairs, by label. */
  readonly pairs: Readonly<Record<string, string>>;
  readonly options: StepOptions;
  /** Largest width times height of an image. */
  readonly pixels?: number;
  /** How patches are made; as usual where left out. */
  readonly degradations?: DegradeRequest;
}

/**
 * What the batches of a run are made of.
 *
 * Errors: `UNKNOWN_LABEL` for pairs of a label that is not among them; those of photos, pairs,
 * `degradationsOf` and `checkBatchOptions`.
 */
export async function batchesOf(
  request: BatchRequest,
  labels: readonly string[],
): Promise<BatchOptions> {
  const { patch, batch, seed } = request.options;
  const pairs = Object.fromEntries(
    await Promise.all(
      Object.entries(request.pairs).map(
        async ([label, folder]) => [label, await listPairs(folder)] as const,
      ),
    ),
  );
  const photos = request.data === undefined ? [] : await listPhotos(request.data);
  const unknown = Object.keys(pairs).find((label) => !labels.includes(label));
  if (unknown !== undefined)
    throw new GraftError(
      'UNKNOWN_LABEL',
      `--pairs '${unknown}': there is no such label; the labels are ${labels.join(', ')}.`,
    );
  const batches: BatchOptions = {
    ...{ photos, patch, batch, labels, seed },
    ...(request.pixels === undefined ? {} : { pixels: request.pixels }),
    ...degradationsOf(request.degradations ?? {}, labels, Object.keys(pairs)),
    ...(Object.keys(pairs).length > 0 ? { pairs } : {}),
  };
  // Before the run writes anything.
  checkBatchOptions(batches);
  return batches;
}

/** A stage as it was asked for: what it leaves out is that of the run. */
export type GivenStage = Partial<Stage> & Pick<Stage, 'steps'>;

const keys: Readonly<Record<string, readonly [keyof Stage, (text: string) => number | LossKind]>> =
  {
    steps: ['steps', wholeNumber(1, 100_000_000)],
    batch: ['batch', wholeNumber(1, 4096)],
    patch: ['patch', wholeNumber(8, 4096)],
    rate: ['rate', positive],
    'end-rate': ['endRate', positiveOrZero],
    warmup: ['warmup', wholeNumber(0, 1e9)],
    loss: ['loss', lossOf],
  };

/**
 * One more stage, for commander's option parser.
 *
 * @example stageOf('steps=24000,batch=8,patch=64,rate=1e-3')
 */
export function stageOf(text: string, all: readonly GivenStage[] = []): GivenStage[] {
  const stage: Record<string, number | string> = {};
  for (const part of text.split(',')) {
    const [key = '', ...values] = part.split('=');
    const known = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (!known || values.length !== 1)
      throw new InvalidArgumentError(
        `expected KEY=VALUE joined by commas, as steps=24000,batch=8,patch=64,rate=1e-3; the keys are ${Object.keys(keys).join(', ')}.`,
      );
    if (known[0] in stage) throw new InvalidArgumentError(`'${key}' is given twice.`);
    try {
      stage[known[0]] = known[1](values[0]!);
    } catch (error) {
      throw new InvalidArgumentError(`${key}: ${(error as Error).message}`);
    }
  }
  if (!('steps' in stage)) throw new InvalidArgumentError("a stage needs 'steps'.");
  return [...all, stage as unknown as GivenStage];
}

function lossOf(text: string): LossKind {
  const found = lossKinds.find((kind) => kind === text);
  if (found) return found;
  throw new InvalidArgumentError(`expected one of ${lossKinds.join(', ')}.`);
}
