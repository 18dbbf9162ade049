import { GraftError } from '@pip-graft/onnx-graft';
import type { LearnedPart, TrainOptions } from '@pip-graft/train';
import { InvalidArgumentError, Option } from 'commander';
import { forceOption, refuseAdapter } from '../host/refuse-adapter.ts';
import { outputOption, refuseOverInput, wholeNumber } from '../session/options.ts';

/** What `graft train` is asked for. */
export interface TrainRequest {
  readonly host: string;
  readonly data?: string;
  readonly pairs?: Readonly<Record<string, string>>;
  readonly output: string;
  readonly force?: boolean;
  readonly adapter: string;
  readonly name?: string;
  readonly labels?: readonly string[];
  readonly params: LearnedPart;
  readonly hostOutput?: string;
  readonly steps: number;
  readonly batch: number;
  readonly patch: number;
  readonly accumulate: number;
  readonly loss: TrainOptions['loss'];
  readonly rate: number;
  readonly warmup?: number;
  readonly clip: number;
  readonly average?: number;
  readonly seed: number;
  readonly saveEvery: number;
  readonly checkpointing?: boolean;
  readonly resume?: boolean;
  readonly workers?: number;
  readonly threads?: number;
  readonly device: 'cpu' | 'cuda';
  readonly html?: string;
}

/** The options of `graft train`. */
export function trainOptions(): Option[] {
  return [
    new Option('--host <file>', 'ONNX file to train on').makeOptionMandatory(),
    new Option('--data <folder>', 'clean photos; each patch is degraded for one of the labels'),
    new Option(
      '--pairs <label=folder>',
      'real pairs for a label, in input/ and target/ of a folder; several times',
    ).argParser(pairOf),
    outputOption('folder for the adapter').makeOptionMandatory(),
    forceOption(),
    new Option(
      '--adapter <adapter>',
      'what to begin with: an adapter, init[:key=value,…], or none to train the host by itself',
    ).default('init'),
    new Option('--name <name>', 'name of the adapter; default: that of the folder'),
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
    ).argParser((text: string) => text.split('+')),
    number('--steps <number>', 'optimiser steps', 2000, wholeNumber(1, 100_000_000)),
    number('--batch <number>', 'patches of a batch', 8, wholeNumber(1, 4096)),
    number('--patch <pixels>', 'side of the patches', 64, wholeNumber(8, 4096)),
    number('--accumulate <number>', 'batches for one step', 1, wholeNumber(1, 4096)),
    new Option('--loss <loss>', 'distance to the clean patch')
      .choices(['smooth-l1', 'l1', 'charbonnier'])
      .default('smooth-l1'),
    number('--rate <number>', 'peak learning rate', 3.6e-4, positive),
    number(
      '--warmup <steps>',
      'steps until the peak; default: a twelfth of all',
      undefined,
      wholeNumber(0, 1e9),
    ),
    number('--clip <norm>', 'largest norm of the gradients; 0 for none', 1, positiveOrZero),
    number(
      '--average <decay>',
      'keep the running mean of the parameters, as 0.999',
      undefined,
      positive,
    ),
    number('--seed <number>', 'seed of batches', 0, wholeNumber(0, 2 ** 31)),
    number('--save-every <steps>', 'steps between two saved states', 100, wholeNumber(1, 1e9)),
    new Option('--resume', 'go on where the last run into this folder was saved'),
    new Option(
      '--checkpointing',
      'compute activations again in the backward pass: less memory, more time, the same result',
    ),
    number('--workers <number>', 'threads that make batches', undefined, wholeNumber(0, 64)),
    number('--threads <number>', 'threads of the runtime', undefined, wholeNumber(1, 1024)),
    new Option('--device <device>', 'where to train').choices(['cpu', 'cuda']).default('cpu'),
    new Option('--html <file>', 'also write a page with the learning curve'),
  ];
}

/** Errors: `INVALID_ARGUMENT` for options that do not go together; `WRITE_FAILED` over what is there. */
export function checkRequest(given: TrainRequest, alone: boolean): void {
  const refuse = (problem: string): never => {
    throw new GraftError('INVALID_ARGUMENT', problem);
  };
  if (given.data === undefined && given.pairs === undefined)
    refuse('Give --data, a folder of clean photos, or --pairs.');
  if (alone && given.params !== 'all')
    refuse('--adapter none trains the host by itself: give --params all as well.');
  if (!alone && given.params !== 'pip' && given.hostOutput === undefined)
    refuse(`--params ${given.params} changes the host: give --host-output, a file for it.`);
  if (given.hostOutput !== undefined && (alone || given.params === 'pip'))
    refuse('--host-output is for an adapter that is trained along with its host.');
  for (const file of [alone ? given.output : undefined, given.hostOutput])
    if (file !== undefined) refuseOverInput(given.host, file);
  if (!alone && !given.resume) refuseAdapter(given.output, given.force);
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

function number(
  flags: string,
  description: string,
  value: number | undefined,
  parse: (text: string) => number,
): Option {
  const option = new Option(flags, description).argParser(parse);
  return value === undefined ? option : option.default(value);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value))
    throw new InvalidArgumentError('expected a number above 0.');
  return value;
}

function positiveOrZero(text: string): number {
  return text === '0' ? 0 : positive(text);
}

function pairOf(text: string, all: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1)
    throw new InvalidArgumentError('expected LABEL=FOLDER, as rain=rain100/.');
  return { ...all, [text.slice(0, at)]: text.slice(at + 1) };
}
