import { GraftError } from '@pip-graft/onnx-graft';
import type { LearnedPart, TrainOptions } from '@pip-graft/train';
import { Option } from 'commander';
import { forceOption, refuseFolder } from '../host/refuse-folder.ts';
import { refuseOverInput, wholeNumber } from '../session/options.ts';
import { type DegradeRequest, degradeOptions } from './degrade-option.ts';
import {
  labelsOf,
  number,
  positive,
  requireData,
  type StepRequest,
  stepOptions,
} from './step-request.ts';

/** What `graft train` is asked for. */
export interface TrainRequest extends StepRequest, DegradeRequest {
  readonly host: string;
  readonly adapter: string;
  readonly labels?: readonly string[];
  readonly params: LearnedPart;
  readonly hostOutput?: string;
  readonly accumulate: number;
  readonly loss: TrainOptions['loss'];
  readonly clip: number;
  readonly average?: number;
}

/** The options of `graft train`. */
export function trainOptions(): Option[] {
  const { data, output, name, steps, pace } = stepOptions('adapter', {
    ...{ steps: 2000, batch: 8, patch: 64, rate: 3.6e-4 },
  });
  return [
    new Option('--host <file>', 'ONNX file to train on').makeOptionMandatory(),
    ...data,
    ...output,
    forceOption('an adapter'),
    new Option(
      '--adapter <adapter>',
      'what to begin with: an adapter, init[:key=value,…], or none to train the host by itself',
    ).default('init'),
    ...name,
    new Option(
      '--params <which>',
      'what is learned: the adapter, with all that lies behind the skip connections, or with all of the host',
    )
      .choices(['pip', 'pip+decoder', 'all'])
      .default('pip'),
    new Option('--host-output <file>', 'ONNX file for the host that was learned along'),
    new Option(
      '--labels <labels>',
      'with --adapter none: degradations to train for, joined by +; default: noise',
    ).argParser(labelsOf),
    ...steps,
    number('--accumulate <number>', 'batches for one step', 1, wholeNumber(1, 4096)),
    new Option('--loss <loss>', 'distance to the clean patch')
      .choices(['smooth-l1', 'l1', 'charbonnier'])
      .default('smooth-l1'),
    number('--clip <norm>', 'largest norm of the gradients; 0 for none', 1, positiveOrZero),
    number(
      '--average <decay>',
      'keep the running mean of the parameters, as 0.999',
      undefined,
      positive,
    ),
    ...degradeOptions(),
    ...pace,
  ];
}

/** Errors: `INVALID_ARGUMENT` for options that do not go together; `WRITE_FAILED` over what is there. */
export function checkRequest(given: TrainRequest, alone: boolean): void {
  const refuse = (problem: string): never => {
    throw new GraftError('INVALID_ARGUMENT', problem);
  };
  requireData(given);
  if (alone && given.params !== 'all')
    refuse('--adapter none trains the host by itself: give --params all as well.');
  if (!alone && given.params !== 'pip' && given.hostOutput === undefined)
    refuse(`--params ${given.params} changes the host: give --host-output, a file for it.`);
  if (given.hostOutput !== undefined && (alone || given.params === 'pip'))
    refuse('--host-output is for an adapter that is trained along with its host.');
  for (const file of [alone ? given.output : undefined, given.hostOutput])
    if (file !== undefined) refuseOverInput(given.host, file);
  if (!alone && !given.resume) refuseFolder(given.output, 'an adapter', given.force);
}

export async function optionsOf(given: TrainRequest): Promise<TrainOptions> {
  const { defaultTrainOptions } = await import('@pip-graft/train');
  const { steps, batch, patch, accumulate, loss, rate, seed, params: learn } = given;
  return {
    ...defaultTrainOptions,
    ...{ steps, batch, patch, accumulate, loss, rate, seed, learn },
    warmup: given.warmup ?? Math.round(steps / 12),
    clip: given.clip === 0 ? null : given.clip,
    average: given.average ?? null,
  };
}

function positiveOrZero(text: string): number {
  return text === '0' ? 0 : positive(text);
}
