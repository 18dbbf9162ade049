import { GraftError } from '@pip-graft/graft';
import {
  defaultTrainOptions,
  defaultValidateEvery,
  type LearnedPart,
  type LossKind,
  lossKinds,
  type Stage,
  stageOptions,
  type TrainOptions,
  type ValidationRequest,
} from '@pip-graft/train';
import { InvalidArgumentError, Option } from 'commander';
import { decimal, positive, positiveOrZero, wholeNumber } from '../options/options.ts';
import {
  type DegradeRequest,
  degradeOptions,
  labelsOf,
  number,
  requireData,
  type StepRequest,
  stepOptions,
} from './shared-options.ts';

/** Batch size from which the paper's rule for spikes, made for batches of 48, is on by default. */
const largeBatch = 32;

/** Options of `graft train`. */
export interface TrainRequest extends StepRequest, DegradeRequest, ValidationRequest {
  readonly stage?: readonly GivenStage[];
  readonly host: string;
  readonly adapter: string;
  readonly labels?: readonly string[];
  readonly params: LearnedPart;
  readonly hostOutput?: string;
  readonly accumulate: number;
  readonly loss: TrainOptions['loss'];
  readonly angles: number;
  readonly promptRate?: number;
  readonly weightDecay: number;
  readonly betas: readonly [number, number];
  readonly spikes?: boolean;
  readonly clip: number;
  readonly average?: number;
}

/** Returns the options of `graft train`. */
export function trainOptions(): Option[] {
  const { data, output, name, steps, pace } = stepOptions('adapter', {
    steps: 2000,
    batch: 8,
    patch: 64,
    rate: 3.6e-4,
  });
  return [
    new Option('--host <file>', 'ONNX file to train on').makeOptionMandatory(),
    ...data,
    ...output,
    new Option('--force', 'replace an adapter, or a host, that already exists'),
    new Option(
      '--adapter <adapter>',
      'adapter to start from, init[:key=value,…], or none to train only the host',
    ).default('init'),
    ...name,
    new Option(
      '--params <which>',
      'what to train: the adapter alone, with the layers behind the skip connections, or with the whole host',
    )
      .choices(['pip', 'pip+decoder', 'all'])
      .default('pip'),
    new Option('--host-output <file>', 'ONNX file for the trained host'),
    new Option(
      '--labels <labels>',
      'with --adapter none: degradations to train for, joined by +; default: noise',
    ).argParser(labelsOf),
    ...steps,
    new Option(
      '--stage <key=value,…>',
      'one part of the run with its own steps, batch, patch, rate, end-rate, warmup and loss; repeatable, in order',
    ).argParser(stageOf),
    number('--accumulate <number>', 'batches per step', 1, wholeNumber(1, 4096)),
    new Option('--loss <loss>', 'distance to the clean patch')
      .choices(['smooth-l1', 'l1', 'charbonnier', 'psnr', 'psnr-detail'])
      .default('smooth-l1'),
    number(
      '--angles <weight>',
      'weight of the angles between degradation prompts in the loss',
      2e-5,
      positiveOrZero,
    ),
    number(
      '--prompt-rate <number>',
      'peak learning rate of prompts and gates; default: --rate',
      undefined,
      positive,
    ),
    number('--weight-decay <number>', "AdamW's decay of parameters", 0.01, positiveOrZero),
    new Option('--betas <numbers>', "AdamW's two betas, joined by a comma")
      .default([0.9, 0.999], '0.9,0.999')
      .argParser(betasOf),
    new Option(
      '--spikes',
      'reduce the weight of a batch whose loss is more than 5 times the smallest of the last 100; default for batches of 32 and more',
    ),
    new Option('--no-spikes', 'weight all batches equally'),
    number('--clip <norm>', 'largest norm of the gradients; 0 for no limit', 1, positiveOrZero),
    number(
      '--average <decay>',
      'decay of a running mean of the parameters, such as 0.999; it is what is saved',
      undefined,
      decay,
    ),
    ...degradeOptions(),
    ...validationOptions(),
    ...pace,
  ];
}

/** Rejects options that cannot be combined. Errors: `INVALID_ARGUMENT`. */
export function checkRequest(given: TrainRequest, alone: boolean): void {
  const refuse = (problem: string): never => {
    throw new GraftError('INVALID_ARGUMENT', problem);
  };
  requireData(given);
  if (!alone && given.labels)
    refuse('--labels: an adapter has its own labels; omit it, or train with --adapter none.');
  if (alone && given.params !== 'all')
    refuse('--adapter none: it trains the host alone; pass --params all as well.');
  if (!alone && given.params !== 'pip' && given.hostOutput === undefined)
    refuse(`--params ${given.params}: it changes the host; pass --host-output with a file for it.`);
  if (given.hostOutput !== undefined && (alone || given.params === 'pip'))
    refuse('--host-output: only for a host that is trained along with an adapter; omit it.');
  if (given.spikes && [given.loss, ...(given.stage ?? []).map(({ loss }) => loss)].includes('psnr'))
    refuse(
      '--spikes: it compares losses above 0, and those of --loss psnr are below; pass --no-spikes.',
    );
  if (given.stage && given.steps !== undefined)
    refuse('--steps: --stage also sets the length of the run; omit --steps.');
  const validating = {
    '--validate-every': given.validateEvery,
    '--validate-patch': given.validatePatch,
    '--patience': given.patience,
  };
  if (given.validate !== undefined) return;
  for (const [option, value] of Object.entries(validating))
    if (value !== undefined) refuse(`${option}: nothing is validated; pass --validate as well.`);
}

/**
 * Returns the options of each stage of a run; default: a single stage.
 *
 * Errors: `INVALID_ARGUMENT`, like `stageOptions`.
 */
export function stagesOf(given: TrainRequest): TrainOptions[] {
  const { batch, patch, accumulate, loss, rate, seed, params: learn } = given;
  const plain = { batch, patch, rate, loss };
  const [first, ...later] = given.stage ?? [{ steps: given.steps ?? defaultTrainOptions.steps }];
  const warmup = given.warmup ?? Math.round(first!.steps / 12);
  const stages = [{ ...plain, warmup, ...first! }, ...later.map((each) => ({ ...plain, ...each }))];
  const common = {
    ...defaultTrainOptions,
    accumulate,
    seed,
    learn,
    angles: given.angles,
    weightDecay: given.weightDecay,
    betas: given.betas,
    promptRate: given.promptRate ?? null,
    clip: given.clip === 0 ? null : given.clip,
    average: given.average ?? null,
  };
  return stageOptions(common, stages).map((stage) => ({
    ...stage,
    spikes: given.spikes ?? (stage.batch >= largeBatch && stage.loss !== 'psnr'),
  }));
}

function decay(text: string): number {
  const value = decimal(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError('expected a number above 0 and below 1, such as 0.999.');
}

function betasOf(text: string): [number, number] {
  const [first, second, ...more] = text.split(',').map(decimal);
  const fits = (beta: number | undefined) => beta !== undefined && beta >= 0 && beta < 1;
  if (!fits(first) || !fits(second) || more.length > 0)
    throw new InvalidArgumentError('expected two numbers from 0 to below 1, such as 0.9,0.99.');
  return [first!, second!];
}

/** Returns the options for validation; see {@link ValidationRequest}. */
function validationOptions(): Option[] {
  return [
    new Option(
      '--validate <folder|share>',
      'validate on held-out images and keep the best state: a folder of clean images, a folder with input/ and target/ for each label, or a share of the training images, such as 5%',
    ).argParser(validateOf),
    number(
      '--validate-every <steps>',
      `steps between validations; default: ${defaultValidateEvery}`,
      undefined,
      wholeNumber(1, 1e9),
    ),
    number(
      '--validate-patch <pixels>',
      "side of validation patches; default: the last stage's",
      undefined,
      wholeNumber(8, 4096),
    ),
    number(
      '--patience <number>',
      'stop after this many validations without improvement',
      undefined,
      wholeNumber(1, 1e6),
    ),
  ];
}

function validateOf(text: string): string | number {
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (share === undefined) return text;
  if (Number(share) > 0 && Number(share) < 100) return Number(share) / 100;
  throw new InvalidArgumentError('expected a share above 0% and below 100%, or a folder.');
}

/** A stage from the command line: options that it omits are those of the run. */
type GivenStage = Partial<Stage> & Pick<Stage, 'steps'>;

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
 * Adds a stage, for commander's option parser.
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
        `expected KEY=VALUE joined by commas, such as steps=24000,batch=8,patch=64,rate=1e-3; the keys are ${Object.keys(keys).join(', ')}.`,
      );
    if (known[0] in stage)
      throw new InvalidArgumentError(`'${key}' is given twice; keep one of them.`);
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
