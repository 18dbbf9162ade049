import { basename, dirname, resolve } from 'node:path';
import { sweepLeftovers } from '@pip-graft/graft/files';
import { table } from '@pip-graft/report/text';
import { type Command, Option } from 'commander';
import { forceOption } from '../options/check-output.ts';
import { pixelsOf } from '../options/options.ts';
import { refuseForeignReport } from '../options/report-options.ts';
import { define, run } from '../pipeline/run.ts';
import { checkTarget } from '../train/check-target.ts';
import {
  folderOf,
  labelsOf,
  requireData,
  type StepRequest,
  stepOptions,
} from '../train/shared-options.ts';
import {
  judgementRows,
  rounded,
  runHooks,
  spellFigure,
  spellTime,
  writePage,
} from '../train/show-run.ts';

interface Options extends StepRequest {
  readonly labels?: readonly string[];
  readonly adapter?: string;
  readonly from?: string;
  readonly examples?: Readonly<Record<string, string>>;
}

export function command(): Command {
  const sensor = define(
    'sensor',
    'Trains a sensor, a small classifier that detects the degradations of an image',
    [
      'graft train sensor --data photos/ --labels noise+rain+haze -o my-sensor',
      'graft train sensor --data photos/ --adapter ./my-adapter -o my-sensor',
      'graft train sensor --data photos/ --pairs rain=rain100/ --labels noise+rain -o my-sensor',
    ],
  );
  const { data, output, steps, pace } = stepOptions('sensor', {
    steps: 2000,
    batch: 8,
    patch: 160,
    rate: 3e-3,
  });
  const own = [
    new Option('--labels <labels>', 'labels to detect, joined by +').argParser(labelsOf),
    new Option('--adapter <adapter>', 'adapter whose labels to detect'),
    new Option('--from <sensor>', 'folder of a sensor to continue training, with the same labels'),
    new Option(
      '--examples <label=folder>',
      'images that show a degradation as they are, such as night scenes for low-light; repeatable',
    ).argParser(folderOf),
  ];
  const all = [...data, ...own, ...output, forceOption('a sensor'), ...steps, ...pace];
  for (const option of all) sensor.addOption(option);
  return sensor.action(
    run<[], Options>(async (session, given) => {
      const { defaultSensorOptions, keepSensor, openSensorRun, recent, runFiles, runSteps } =
        await import('@pip-graft/train');
      const { output, batch, patch, rate, seed, labels: looked, adapter, from, examples } = given;
      requireData(given);
      const steps = given.steps ?? defaultSensorOptions.steps;
      const options = {
        ...defaultSensorOptions,
        steps,
        batch,
        patch,
        rate,
        seed,
        warmup: given.warmup ?? Math.round(steps / 12),
      };
      const files = runFiles(output);
      const stem = output.replace(/[/\\]+$/, '');
      if (given.html !== undefined) refuseForeignReport('html', given.html);
      await checkTarget({
        folder: { path: stem, kind: 'a sensor' },
        files: [given.html, files.log],
        state: files.state,
        inputs: given.from === undefined ? [] : [given.from],
        resume: given.resume,
        force: given.force,
      });
      await sweepLeftovers(dirname(stem), [basename(files.state), basename(files.log)]);
      const { data, pairs, resume, checkpointing } = given;
      const opened = await openSensorRun(
        {
          labels: looked,
          adapter,
          from,
          examples,
          options,
          data,
          pairs,
          ...pixelsOf(given),
          output,
          resume,
          checkpointing,
        },
        session.cwd,
      );
      const { begun, labels, total, log } = opened;
      if (begun.step > 0) session.note(`continuing after step ${begun.step}`);
      const ended = await runSteps(opened, given, runHooks(session));
      const { state, seconds, patchesPerSecond, runtimeShare } = ended;
      const { loss, value: accuracy, count } = recent(opened, state.step);
      const name = basename(resolve(output));
      const { byLabel, training } = await keepSensor(opened, ended, { folder: output, name });
      const stopped = state.step < total;
      const facts = [
        ['sensor', `${output}, ${labels.join(', ')}`],
        ['steps', `${state.step} of ${total}`],
        ['loss', `${rounded(loss)}, the mean of the last ${count} steps`],
        ['accuracy', `${spellFigure('accuracy', accuracy)} of the labels, likewise`],
        ...judgementRows(byLabel),
        ['time', spellTime(ended)],
        ['state', files.state],
        ['log', files.log],
      ] as const;
      if (given.html !== undefined)
        await writePage(given.html, {
          name: output,
          summary: `Trained to find ${labels.join(', ')}`,
          facts,
          run: opened,
          title: 'Share of labels that are right',
        });
      if (stopped) session.note(`stopped after step ${state.step}; continue with --resume.`);
      return {
        json: {
          output,
          state: files.state,
          log: log.path,
          steps: state.step,
          loss,
          accuracy,
          seconds,
          patchesPerSecond,
          runtimeShare,
          labels,
          byLabel,
          training,
          stopped,
        },
        text: table(facts.map((row) => [...row])),
        ...(stopped ? { exit: 130 } : {}),
      };
    }),
  );
}
