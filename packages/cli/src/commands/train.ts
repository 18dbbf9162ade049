import { basename, resolve } from 'node:path';
import { openHost } from '@pip-graft/graft/node';
import type { Command } from 'commander';
import { define } from '../session/define.ts';
import { run } from '../session/run.ts';
import { table } from '../session/table.ts';
import { keepLearned } from '../train/keep-learned.ts';
import { machineMemory } from '../train/machine-memory.ts';
import { meanOf } from '../train/mean-of.ts';
import { openRun } from '../train/open-run.ts';
import { rounded } from '../train/rounded.ts';
import { runSteps } from '../train/run-steps.ts';
import { spellTime } from '../train/spell-time.ts';
import { TrainLog } from '../train/train-log.ts';
import {
  checkRequest,
  optionsOf,
  type TrainRequest,
  trainOptions,
} from '../train/train-request.ts';
import { writeCurve } from '../train/write-curve.ts';
import { version } from '../version.ts';

export function command(): Command {
  const train = define(
    'train',
    'Trains an adapter on a frozen host, from a folder of clean photos or of pairs',
    [
      'graft train --host nafnet.onnx --data photos/ -o my-adapter',
      'graft train --host nafnet.onnx --data photos/ -o my-adapter --resume',
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
      const options = await optionsOf(given);
      const stem = output.replace(/[/\\]+$/, '');
      const statePath = `${stem}.state.safetensors`;
      const host = openHost(given.host);
      try {
        const request = {
          ...{ adapter: given.adapter, labels: given.labels, options },
          ...{ data: given.data, pairs: given.pairs ?? {}, degradations: given },
          resume: given.resume ? statePath : undefined,
        };
        const opened = await openRun(host, request, session.cwd);
        const graph = trainingGraph(host, opened.adapter, {
          ...options,
          checkpointing,
          external: host.external,
        });
        const log = await TrainLog.open(`${stem}.log.csv`, opened.state.step, graph.figure);
        if (given.resume && opened.state.step > 0)
          session.note(`going on after step ${opened.state.step}`);
        const memory = machineMemory(device);
        const pace = { device, threads, workers, saveEvery, checkpointing, memory };
        const { sizeMultiple } = host.located;
        const { state, seconds, patchesPerSecond, runtimeShare } = await runSteps(
          ...([session, { ...opened, graph, sizeMultiple }, options, pace] as const),
          { statePath, log },
        );
        const { loss, figure: psnr, count } = meanOf(log.lines);
        const { average, ...rest } = options;
        const training = {
          ...{ tool: `graft ${version}`, ...rest, ...(average === null ? {} : { average }) },
          ...{ steps: state.step, ofSteps: options.steps, photos: opened.batches.photos.length },
          ...(given.pairs ? { pairs: Object.keys(given.pairs) } : {}),
          ...{ lastLoss: rounded(loss), lastPsnr: rounded(psnr) },
        };
        await keepLearned(host, opened, state, {
          adapter: alone ? undefined : output,
          host: alone ? output : given.hostOutput,
          name: given.name ?? basename(resolve(output)),
          training,
        });
        const facts = [
          [alone ? 'host' : 'adapter', `${output}, ${opened.labels.join(', ')}`],
          ...(given.hostOutput === undefined ? [] : [['host', given.hostOutput] as const]),
          ['steps', `${state.step} of ${options.steps}`],
          ['loss', `${rounded(loss)}, the mean of the last ${count} steps`],
          ['PSNR', `${psnr.toFixed(2)} dB of the batches, likewise`],
          ['time', spellTime({ seconds, patchesPerSecond, runtimeShare })],
          ['state', statePath],
          ['log', log.path],
        ] as const;
        if (given.html !== undefined) {
          await writeCurve(given.html, {
            name: output,
            summary: `Trained for ${opened.labels.join(', ')}`,
            ...{ facts, log, title: 'PSNR in dB' },
          });
        }
        const stopped = state.step < options.steps;
        if (stopped) session.note(`stopped after step ${state.step}; --resume goes on from there.`);
        return {
          json: {
            ...{ output, state: statePath, log: log.path, steps: state.step, loss, psnr, seconds },
            ...{ patchesPerSecond, runtimeShare },
            ...{ labels: opened.labels, training, stopped },
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
