import { basename, dirname, resolve } from 'node:path';
import { sweepLeftovers } from '@pip-graft/graft/files';
import { openHost } from '@pip-graft/graft/node';
import { table } from '@pip-graft/report/text';
import type { LabelFigures, TrainingRun } from '@pip-graft/train';
import type { Command } from 'commander';
import { pixelsOf } from '../options/options.ts';
import { refuseForeignReport } from '../options/report-options.ts';
import { define, run } from '../pipeline/run.ts';
import { checkTarget } from '../train/check-target.ts';
import { rounded, runHooks, spellBest, spellTime, writePage } from '../train/show-run.ts';
import { checkRequest, stagesOf, type TrainRequest, trainOptions } from '../train/train-request.ts';

export function command(): Command {
  const train = define(
    'train',
    'Trains an adapter on a frozen host, from clean images or from pairs',
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
      const { keepLearned, openRun, recent, runFiles, runSteps } = await import('@pip-graft/train');
      const { output } = given;
      const alone = given.adapter === 'none';
      checkRequest(given, alone);
      const stages = stagesOf(given);
      const files = runFiles(output);
      const stem = output.replace(/[/\\]+$/, '');
      if (given.html !== undefined) refuseForeignReport('html', given.html);
      await checkTarget({
        folder: alone ? undefined : { path: stem, kind: 'an adapter' },
        models: [alone ? output : undefined, given.hostOutput],
        files: [
          given.html,
          files.log,
          ...(given.validate === undefined ? [] : [files.best, files.validation]),
        ],
        state: files.state,
        inputs: [given.host],
        resume: given.resume,
        force: given.force,
      });
      await sweepLeftovers(
        dirname(stem),
        Object.values(files).map((path: string) => basename(path)),
      );
      const host = await openHost(given.host);
      try {
        const opened = await openRun(host, { ...given, ...pixelsOf(given), stages }, session.cwd);
        const { log, validation, total, labels } = opened;
        if (given.resume && opened.begun.step > 0)
          session.note(`continuing after step ${opened.begun.step}`);
        const page = pageOf(given, opened);
        const ended = await runSteps(opened, given, {
          ...runHooks(session),
          onPage: (figures) => page(figures, [['steps', `${log.lines.length} of ${total} so far`]]),
        });
        const { state, seconds, patchesPerSecond, runtimeShare, spent } = ended;
        const { step: kept, training } = await keepLearned(host, opened, ended, {
          adapter: alone ? undefined : output,
          host: alone ? output : given.hostOutput,
          name: given.name ?? basename(resolve(output)),
        });
        const { loss, value: psnr, count } = recent(opened, state.step);
        const best = ended.best ?? undefined;
        const spikes = log.lines.filter(({ spike }) => spike).length;
        const facts = [
          [alone ? 'host' : 'adapter', `${output}, ${labels.join(', ')}`],
          ...(given.hostOutput === undefined ? [] : [['host', given.hostOutput] as const]),
          ['steps', `${state.step} of ${total}`],
          ['loss', `${rounded(loss)}, the mean of the last ${count} steps`],
          ['PSNR', `${psnr.toFixed(2)} dB of the batches, likewise`],
          ...(best ? [['kept', spellBest(best)] as const] : []),
          ...(stages.some((stage) => stage.spikes)
            ? [['spikes', `${spikes} of ${state.step} steps counted less`] as const]
            : []),
          ['time', spellTime(ended)],
          ['state', files.state],
          ['log', files.log],
        ] as const;
        await page(ended.figures, facts);
        if (spent) session.note(`ended after step ${state.step}: no better since step ${kept}`);
        const stopped = state.step < total && !spent;
        if (stopped) session.note(`stopped after step ${state.step}; continue with --resume.`);
        return {
          json: {
            output,
            state: files.state,
            log: files.log,
            steps: state.step,
            loss,
            psnr,
            seconds,
            patchesPerSecond,
            runtimeShare,
            ...(validation ? { validation: validation.log.path, best: best ?? null } : {}),
            labels,
            training,
            stopped,
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

/** Returns a function that writes the page of a run in its current state, if `--html` is set. */
function pageOf({ html, output }: TrainRequest, opened: TrainingRun) {
  return async (
    figures: LabelFigures | undefined,
    facts: readonly (readonly [string, string])[],
  ): Promise<void> => {
    if (html === undefined) return;
    const summary = `Trained for ${opened.labels.join(', ')}`;
    await writePage(html, {
      name: output,
      summary,
      facts,
      run: opened,
      figures,
      title: 'PSNR in dB',
    });
  };
}
