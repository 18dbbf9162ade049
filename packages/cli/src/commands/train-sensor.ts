import { basename, dirname, resolve } from 'node:path';
import { sweepLeftovers } from '@pip-graft/onnx-graft/node';
import { writeSensor } from '@pip-graft/pip-core/node';
import { type Command, Option } from 'commander';
import { table } from '../format/table.ts';
import { forceOption } from '../options/check-output.ts';
import { pixelsOf } from '../options/numbers.ts';
import { define, run } from '../pipeline/run.ts';
import { machineMemory } from '../train/advise-memory.ts';
import { checkTarget } from '../train/check-target.ts';
import { TrainLog } from '../train/csv-file.ts';
import { openSensorRun } from '../train/open-sensor-run.ts';
import { runSteps } from '../train/run-steps.ts';
import { meanOf, rounded, spellFigure, spellTime } from '../train/spell.ts';
import { labelsOf, requireData, type StepRequest, stepOptions } from '../train/step-request.ts';
import { patchesRecord } from '../train/training-record.ts';
import { writePage } from '../train/write-page.ts';
import { version } from '../version.ts';

interface Options extends StepRequest {
  readonly labels?: readonly string[];
  readonly adapter?: string;
}

export function command(): Command {
  const sensor = define(
    'sensor',
    'Trains a sensor: a small classifier that tells from an image which degradations it has',
    [
      'graft train sensor --data photos/ --labels noise+rain+haze -o my-sensor',
      'graft train sensor --data photos/ --adapter ./my-adapter -o my-sensor',
      'graft train sensor --data photos/ --pairs rain=rain100/ --labels noise+rain -o my-sensor',
    ],
  );
  const { data, output, steps, pace } = stepOptions('sensor', {
    ...{ steps: 2000, batch: 8, patch: 160, rate: 3e-3 },
  });
  const own = [
    new Option('--labels <labels>', 'what to look for, joined by +').argParser(labelsOf),
    new Option('--adapter <adapter>', 'an adapter whose labels to look for'),
  ];
  const all = [...data, ...own, ...output, forceOption('a sensor'), ...steps, ...pace];
  for (const option of all) sensor.addOption(option);
  return sensor.action(
    run<[], Options>(async (session, given) => {
      const { defaultSensorOptions, learned, sensorGraph } = await import('@pip-graft/train');
      const { judgementRows, judgeTrained } = await import('../train/judge-trained.ts');
      const { output, device, threads, workers, saveEvery, batch, patch, rate, seed } = given;
      const { checkpointing = false } = given;
      requireData(given);
      const total = given.steps ?? defaultSensorOptions.steps;
      const options = {
        ...defaultSensorOptions,
        ...{ steps: total, batch, patch, rate, seed },
        warmup: given.warmup ?? Math.round(total / 12),
      };
      const stem = output.replace(/[/\\]+$/, '');
      const statePath = `${stem}.state.safetensors`;
      const logPath = `${stem}.log.csv`;
      await checkTarget({
        ...{ folder: { path: stem, kind: 'a sensor' }, files: [given.html, logPath] },
        ...{ state: statePath, inputs: [], resume: given.resume, force: given.force },
      });
      await sweepLeftovers(dirname(stem), [basename(statePath), basename(logPath)]);
      const request = {
        ...{ labels: given.labels, adapter: given.adapter, options },
        ...{ data: given.data, pairs: given.pairs ?? {}, ...pixelsOf(given) },
        resume: given.resume ? statePath : undefined,
      };
      const { sensor, batches, state: begun } = await openSensorRun(request, session.cwd);
      const graph = sensorGraph(sensor.config, { ...options, checkpointing });
      const log = new TrainLog(logPath, begun.step, graph.figure);
      if (begun.step > 0) session.note(`going on after step ${begun.step}`);
      const memory = machineMemory(device);
      const pace = { device, threads, workers, saveEvery, checkpointing, memory };
      const { state, seconds, patchesPerSecond, runtimeShare } = await runSteps(
        session,
        {
          stages: begun.step < total ? [{ graph, options }] : [],
          ...{ sizeMultiple: 1, batches, state: begun },
        },
        pace,
        { statePath, log },
      );
      const { loss, figure: accuracy, count } = meanOf(log.lines);
      const { spikes: __, promptRate: ___, first: ____, endRate: _____, ...kept } = options;
      const trained = { ...sensor, tensors: learned(state) };
      const stopped = state.step < options.steps;
      // Whoever stops a run wants it to end.
      const byLabel = stopped
        ? []
        : await judgeTrained(trained, batches, state.step * options.accumulate);
      const training = {
        ...{ tool: `graft ${version}`, ...kept },
        ...{ steps: state.step, ofSteps: options.steps },
        ...patchesRecord(batches),
        ...{ lastLoss: rounded(loss), lastAccuracy: rounded(accuracy) },
        ...(stopped ? {} : { labels: byLabel }),
      };
      await writeSensor(output, {
        ...{ ...trained, name: basename(resolve(output)), training },
      });
      const { labels } = sensor.config;
      const facts = [
        ['sensor', `${output}, ${labels.join(', ')}`],
        ['steps', `${state.step} of ${options.steps}`],
        ['loss', `${rounded(loss)}, the mean of the last ${count} steps`],
        ['accuracy', `${spellFigure(graph.figure, accuracy)} of the labels, likewise`],
        ...judgementRows(byLabel),
        ['time', spellTime({ seconds, patchesPerSecond, runtimeShare })],
        ['state', statePath],
        ['log', log.path],
      ] as const;
      if (given.html !== undefined)
        await writePage(given.html, {
          name: output,
          summary: `Trained to find ${labels.join(', ')}`,
          ...{ facts, log, title: 'Share of labels that are right' },
        });
      if (stopped) session.note(`stopped after step ${state.step}; --resume goes on from there.`);
      return {
        json: {
          ...{ output, state: statePath, log: log.path, steps: state.step, loss, accuracy },
          ...{ seconds, patchesPerSecond, runtimeShare, labels, byLabel, training, stopped },
        },
        text: table(facts.map((row) => [...row])),
        ...(stopped ? { exit: 130 } : {}),
      };
    }),
  );
}
