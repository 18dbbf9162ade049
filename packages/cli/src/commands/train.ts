import { basename, resolve } from 'node:path';
import { openHost } from '@pip-graft/graft/node';
import { GraftError } from '@pip-graft/onnx-graft';
import { writeAtomic } from '@pip-graft/onnx-graft/node';
import { writeAdapter } from '@pip-graft/pip-core/node';
import type { StepReport, TrainOptions } from '@pip-graft/train';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { forceOption, refuseAdapter } from '../host/refuse-adapter.ts';
import { define } from '../session/define.ts';
import { outputOption, wholeNumber } from '../session/options.ts';
import { run } from '../session/run.ts';
import { table } from '../session/table.ts';
import { curvePage } from '../train/curve-page.ts';
import { openRun } from '../train/open-run.ts';
import { TrainLog } from '../train/train-log.ts';
import { version } from '../version.ts';

interface Options {
  readonly host: string;
  readonly data?: string;
  readonly pairs?: Readonly<Record<string, string>>;
  readonly output: string;
  readonly force?: boolean;
  readonly adapter: string;
  readonly name?: string;
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
  readonly resume?: boolean;
  readonly workers?: number;
  readonly threads?: number;
  readonly device: 'cpu' | 'cuda';
  readonly html?: string;
}

/** Steps of which the last figures are a mean. */
const recent = 50;

export function command(): Command {
  const train = define(
    'train',
    'Trains an adapter on a frozen host, from a folder of clean photos or of pairs',
    [
      'graft train --host nafnet.onnx --data photos/ -o my-adapter',
      'graft train --host nafnet.onnx --data photos/ -o my-adapter --resume',
      'graft train --host nafnet.onnx --data photos/ --pairs rain=rain100/ -o my-adapter --adapter init:labels=noise+rain',
    ],
  )
    .addOption(new Option('--host <file>', 'ONNX file to train on').makeOptionMandatory())
    .addOption(
      new Option('--data <folder>', 'clean photos; each patch is degraded for one of the labels'),
    )
    .addOption(
      new Option(
        '--pairs <label=folder>',
        'real pairs for a label, in input/ and target/ of a folder; several times',
      ).argParser(pairOf),
    )
    .addOption(outputOption('folder for the adapter').makeOptionMandatory())
    .addOption(forceOption())
    .addOption(
      new Option(
        '--adapter <adapter>',
        'what to begin with: an adapter, or init[:key=value,…]',
      ).default('init'),
    )
    .addOption(new Option('--name <name>', 'name of the adapter; default: that of the folder'))
    .addOption(number('--steps <number>', 'optimiser steps', 2000, wholeNumber(1, 100_000_000)))
    .addOption(number('--batch <number>', 'patches of a batch', 8, wholeNumber(1, 4096)))
    .addOption(number('--patch <pixels>', 'side of the patches', 64, wholeNumber(8, 4096)))
    .addOption(number('--accumulate <number>', 'batches for one step', 1, wholeNumber(1, 4096)))
    .addOption(
      new Option('--loss <loss>', 'distance to the clean patch')
        .choices(['smooth-l1', 'l1', 'charbonnier'])
        .default('smooth-l1'),
    )
    .addOption(number('--rate <number>', 'peak learning rate', 3.6e-4, positive))
    .addOption(
      number(
        '--warmup <steps>',
        'steps until the peak; default: a twelfth of all',
        undefined,
        wholeNumber(0, 1e9),
      ),
    )
    .addOption(
      number('--clip <norm>', 'largest norm of the gradients; 0 for none', 1, positiveOrZero),
    )
    .addOption(
      number(
        '--average <decay>',
        'keep the running mean of the parameters, as 0.999',
        undefined,
        positive,
      ),
    )
    .addOption(number('--seed <number>', 'seed of batches', 0, wholeNumber(0, 2 ** 31)))
    .addOption(
      number('--save-every <steps>', 'steps between two saved states', 100, wholeNumber(1, 1e9)),
    )
    .addOption(new Option('--resume', 'go on where the last run into this folder was saved'))
    .addOption(
      number('--workers <number>', 'threads that make batches', undefined, wholeNumber(0, 64)),
    )
    .addOption(
      number('--threads <number>', 'threads of the runtime', undefined, wholeNumber(1, 1024)),
    )
    .addOption(
      new Option('--device <device>', 'where to train').choices(['cpu', 'cuda']).default('cpu'),
    )
    .addOption(new Option('--html <file>', 'also write a page with the learning curve'));
  return train.action(
    run<[], Options>(async (session, given) => {
      const { output, device, threads, workers } = given;
      if (given.data === undefined && given.pairs === undefined)
        throw new GraftError(
          'INVALID_ARGUMENT',
          'Give --data, a folder of clean photos, or --pairs.',
        );
      if (!given.resume) refuseAdapter(output, given.force);
      const kit = await import('@pip-graft/train');
      const options: TrainOptions = {
        ...kit.defaultTrainOptions,
        ...{
          steps: given.steps,
          batch: given.batch,
          patch: given.patch,
          accumulate: given.accumulate,
        },
        ...{ loss: given.loss, rate: given.rate, seed: given.seed },
        warmup: given.warmup ?? Math.round(given.steps / 12),
        clip: given.clip === 0 ? null : given.clip,
        average: given.average ?? null,
      };
      const statePath = `${output.replace(/[/\\]+$/, '')}.state.safetensors`;
      const host = openHost(given.host);
      const request = {
        ...{ adapter: given.adapter, data: given.data, pairs: given.pairs ?? {}, options },
        resume: given.resume ? statePath : undefined,
      };
      const { adapter, batches: batchOptions, state } = await openRun(host, request, session.cwd);
      const log = await TrainLog.open(
        statePath.replace(/\.state\.safetensors$/, '.log.csv'),
        state.step,
      );
      if (given.resume && state.step > 0) session.note(`going on after step ${state.step}`);
      const graph = kit.trainingGraph(host, adapter, options);
      const stepper = await kit.openStepper(graph, {
        device,
        ...(threads === undefined ? {} : { threads }),
      });
      const batches = await kit.openBatches({
        ...batchOptions,
        step: state.step * options.accumulate,
        ...(workers === undefined ? {} : { workers }),
      });
      const start = performance.now();
      const startStep = state.step;
      let latest = state;
      const save = async (): Promise<void> => {
        await kit.writeState(statePath, latest);
        await log.flush();
      };
      try {
        latest = await kit.trainAdapter(stepper, batches, state, options, {
          signal: session.signal,
          onState: async (now, report) => {
            latest = now;
            log.add(report);
            const seconds = (performance.now() - start) / 1000;
            const rate = ((report.step - startStep) * options.batch * options.accumulate) / seconds;
            session.progress(
              'training',
              report.step,
              options.steps,
              'steps',
              detailOf(log.lines, rate),
            );
            if (report.step % given.saveEvery === 0) await save();
          },
        });
      } catch (error) {
        // What was learned before the step that failed is good.
        if (latest.step > startStep) await save();
        throw error;
      } finally {
        await batches.close();
        await stepper.release();
        host.close();
      }
      await save();
      const seconds = (performance.now() - start) / 1000;
      const { loss, psnr } = meanOf(log.lines);
      const trained = {
        ...adapter,
        name: given.name ?? basename(resolve(output)),
        tensors: kit.learned(latest),
        training: {
          tool: `graft ${version}`,
          ...{
            steps: latest.step,
            ofSteps: options.steps,
            batch: options.batch,
            patch: options.patch,
          },
          ...{
            accumulate: options.accumulate,
            loss: options.loss,
            rate: options.rate,
            seed: options.seed,
          },
          ...(options.average === null ? {} : { average: options.average }),
          photos: batchOptions.photos.length,
          ...(given.pairs ? { pairs: Object.keys(given.pairs) } : {}),
          ...{ lastLoss: rounded(loss), lastPsnr: rounded(psnr) },
        },
      };
      await writeAdapter(output, trained);
      const facts = [
        ['adapter', `${output}, labels ${adapter.config.labels.join(', ')}`],
        ['steps', `${latest.step} of ${options.steps}`],
        [
          'loss',
          `${rounded(loss)}, the mean of the last ${Math.min(recent, log.lines.length)} steps`,
        ],
        ['PSNR', `${psnr.toFixed(2)} dB of the batches, likewise`],
        [
          'time',
          `${seconds.toFixed(0)} s, ${(((latest.step - startStep) * options.batch * options.accumulate) / seconds).toFixed(1)} patches a second`,
        ],
        ['state', statePath],
        ['log', log.path],
      ] as const;
      if (given.html !== undefined) {
        const page = curvePage(`Training of ${output}`, facts, log.lines);
        await writeAtomic(given.html, (append) => append(Buffer.from(page)));
      }
      const stopped = latest.step < options.steps;
      if (stopped) session.note(`stopped after step ${latest.step}; --resume goes on from there.`);
      return {
        json: {
          ...{ output, state: statePath, log: log.path, steps: latest.step, loss, psnr, seconds },
          ...{ labels: adapter.config.labels, training: trained.training, stopped },
        },
        text: table(facts.map((row) => [...row])),
        ...(stopped ? { exit: 130 } : {}),
      };
    }),
  );
}

function detailOf(lines: readonly StepReport[], rate: number): string {
  const { loss, psnr } = meanOf(lines);
  return `loss ${loss.toFixed(5)}, ${psnr.toFixed(2)} dB, ${rate.toFixed(1)} patches/s`;
}

function meanOf(lines: readonly StepReport[]): { loss: number; psnr: number } {
  const last = lines.slice(-recent);
  const mean = (key: 'loss' | 'psnr') =>
    last.reduce((sum, line) => sum + line[key], 0) / Math.max(1, last.length);
  return { loss: mean('loss'), psnr: mean('psnr') };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
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
