import { basename, dirname, resolve } from 'node:path';
import { openHost } from '@pip-graft/graft/node';
import { sweepLeftovers } from '@pip-graft/onnx-graft/node';
import type { TrainingState } from '@pip-graft/train';
import type { Command } from 'commander';
import { table } from '../format/table.ts';
import { pixelsOf } from '../options/numbers.ts';
import { define, run } from '../pipeline/run.ts';
import { machineMemory } from '../train/advise-memory.ts';
import { checkTarget } from '../train/check-target.ts';
import { TrainLog } from '../train/csv-file.ts';
import { keepLearned } from '../train/judge-trained.ts';
import { openRun } from '../train/open-run.ts';
import { type RunResult, runSteps } from '../train/run-steps.ts';
import { meanOf, rounded, spellTime } from '../train/spell.ts';
import { checkRequest, stagesOf, type TrainRequest, trainOptions } from '../train/train-request.ts';
import { firstOf, spikeSteps, trainingRecord } from '../train/training-record.ts';
import { planValidation, readBest, type Validator } from '../train/validator.ts';
import { writePage } from '../train/write-page.ts';

export function command(): Command {
  const train = define(
    'train',
    'Trains an adapter on a frozen host, from a folder of clean photos or of pairs',
    [
      'graft train --host nafnet.onnx --data photos/ -o my-adapter',
      'graft train --host nafnet.onnx --data photos/ -o my-adapter --resume',
      'graft train --host nafnet.onnx --data photos/ -o my-adapter --validate 5% --html run.html',
      'graft train --host nafnet.onnx --data photos/ -o my-adapter --stage steps=24000,batch=8,patch=64,rate=1e-3 --stage steps=16000,batch=4,patch=128,rate=5e-4',
      'graft train --host nafnet.onnx --data photos/ -o denoiser.onnx --adapter none --params all',
      'graft train --host nafnet.onnx --data photos/ --pairs rain=rain100/ -o my-adapter --adapter init:labels=noise+rain',
    ],
  );
  for (const option of trainOptions()) train.addOption(option);
  return train.action(
    run<[], TrainRequest>(async (session, given) => {
      const { trainingGraph } = await import('@pip-graft/train');
      const { output, device, threads, workers, saveEvery, checkpointing = false } = given;
      const alone = given.adapter === 'none';
      checkRequest(given, alone);
      const stages = await stagesOf(given);
      const stem = output.replace(/[/\\]+$/, '');
      const statePath = `${stem}.state.safetensors`;
      const bestPath = `${stem}.best.state.safetensors`;
      const logPath = `${stem}.log.csv`;
      const validationPath = `${stem}.validation.csv`;
      await checkTarget({
        folder: alone ? undefined : { path: stem, kind: 'an adapter' },
        files: [
          ...[alone ? output : undefined, given.hostOutput, given.html, logPath],
          ...(given.validate === undefined ? [] : [bestPath, validationPath]),
        ],
        ...{ state: statePath, inputs: [given.host], resume: given.resume, force: given.force },
      });
      const written = [statePath, bestPath, logPath, validationPath];
      await sweepLeftovers(
        dirname(stem),
        written.map((path) => basename(path)),
      );
      const host = await openHost(given.host);
      try {
        const request = {
          ...{ adapter: given.adapter, labels: given.labels, stages, given },
          ...{ data: given.data, pairs: given.pairs ?? {}, degradations: given },
          ...pixelsOf(given),
          resume: given.resume ? statePath : undefined,
        };
        const opened = await openRun(host, request, session.cwd);
        const { labels, state: begun } = opened;
        const left = stages
          .filter(({ steps }) => steps > begun.step)
          .map((options) => ({
            options,
            graph: trainingGraph(host, opened.adapter, { ...options, checkpointing }),
          }));
        const log = new TrainLog(logPath, begun.step, 'psnr');
        const validation = planValidation(host, opened, given, { path: validationPath, bestPath });
        if (given.resume && begun.step > 0) session.note(`going on after step ${begun.step}`);
        const page = async (
          validator: Validator | undefined,
          facts: readonly (readonly [string, string])[],
        ): Promise<void> => {
          if (given.html === undefined) return;
          await writePage(given.html, {
            ...{ name: output, summary: `Trained for ${labels.join(', ')}`, facts, log },
            title: 'PSNR in dB',
            ...(validation ? { validation: { ...validation, figures: validator?.figures } } : {}),
          });
        };
        const memory = machineMemory(device);
        const { sizeMultiple } = host.located;
        const ended = await runSteps(
          session,
          { stages: left, sizeMultiple, batches: opened.batches, state: begun, validation },
          { device, threads, workers, saveEvery, checkpointing, memory },
          {
            ...{ statePath, log },
            page: (validator) =>
              page(validator, [['steps', `${log.lines.length} of ${stages.at(-1)!.steps} so far`]]),
          },
        );
        const { state, seconds, patchesPerSecond, runtimeShare } = ended;
        const kept = keptOf(ended, bestPath);
        const best = ended.best ?? undefined;
        const training = trainingRecord({ given, stages, opened, state, log, best });
        await keepLearned(host, opened, kept, {
          adapter: alone ? undefined : output,
          host: alone ? output : given.hostOutput,
          name: given.name ?? basename(resolve(output)),
          training,
        });
        const { loss, figure: psnr, count } = meanOf(log.lines, firstOf(stages, state.step));
        const total = stages.at(-1)!.steps;
        const facts = [
          [alone ? 'host' : 'adapter', `${output}, ${labels.join(', ')}`],
          ...(given.hostOutput === undefined ? [] : [['host', given.hostOutput] as const]),
          ['steps', `${state.step} of ${total}`],
          ['loss', `${rounded(loss)}, the mean of the last ${count} steps`],
          ['PSNR', `${psnr.toFixed(2)} dB of the batches, likewise`],
          ...(best ? [['kept', spellBest(best)] as const] : []),
          ...(stages.some(({ spikes }) => spikes)
            ? [['spikes', `${spikeSteps(log)} of ${state.step} steps counted less`] as const]
            : []),
          ['time', spellTime({ seconds, patchesPerSecond, runtimeShare })],
          ['state', statePath],
          ['log', log.path],
        ] as const;
        await page(ended.validator, facts);
        if (ended.spent)
          session.note(`ended after step ${state.step}: no better since step ${kept.step}`);
        const stopped = state.step < total && !ended.spent;
        if (stopped) session.note(`stopped after step ${state.step}; --resume goes on from there.`);
        return {
          json: {
            ...{ output, state: statePath, log: log.path, steps: state.step, loss, psnr, seconds },
            ...{ patchesPerSecond, runtimeShare },
            ...(validation ? { validation: validation.log.path, best: best ?? null } : {}),
            ...{ labels, training, stopped },
          },
          text: table(facts.map((row) => [...row])),
          ...(stopped ? { exit: 130 } : {}),
        };
      } finally {
        host.close();
      }
    }),
  );
}

/** The best state where a run was validated, else the last. */
function keptOf({ state, best }: RunResult, bestPath: string): TrainingState {
  if (best === null || best.step === state.step) return state;
  return readBest(bestPath, state) ?? state;
}

function spellBest({
  step,
  mean,
  psnr,
}: {
  readonly step: number;
  readonly mean: number;
  readonly psnr: Readonly<Record<string, number>>;
}): string {
  const each = Object.entries(psnr).map(([label, value]) => `${label} ${value.toFixed(2)}`);
  return `step ${step}, the best of the validations: ${mean.toFixed(2)} dB (${each.join(', ')})`;
}
