import { applyGraft, isInPlace, keepChoices, planGraft } from '@pip-graft/graft';
import { openAdapter, openGraft, saveModel } from '@pip-graft/graft/node';
import { spellAdapters, summariseGraft } from '@pip-graft/report/text';
import type { Command } from 'commander';
import { checkOutputFile, forceFileOption, refuseForeignFile } from '../options/check-output.ts';
import { type ExternalOptions, externalOption, outputOption } from '../options/options.ts';
import { choicesOf, type GraftOptions, swapOptions } from '../options/plan-host.ts';
import { define, run } from '../pipeline/run.ts';

interface Options extends Omit<GraftOptions, 'inputs'>, ExternalOptions {
  readonly inputs?: GraftOptions['inputs'];
  readonly output?: string;
  readonly force?: boolean;
}

export function command(): Command {
  const swap = define('swap', 'Replaces the adapters of a grafted model', [
    'graft swap grafted.onnx --adapter ./my-adapter',
    'graft swap grafted.onnx --adapter ./rain --adapter ./haze -o both.onnx',
  ])
    .argument('<grafted>', 'ONNX file that `graft apply` wrote')
    .addOption(outputOption('file for the result; default: replace the grafted file'))
    .addOption(forceFileOption());
  for (const option of swapOptions()) swap.addOption(option);
  return swap.addOption(externalOption()).action(
    run<[string], Options>(async (session, path, options) => {
      const target = options.output ?? path;
      checkOutputFile(target);
      if (options.output !== undefined) refuseForeignFile(options.output, options.force);
      const home = { target, external: options.external ?? 'copy' };
      const { host, grafted, graft: before } = await openGraft(path, home);
      try {
        const adapters = await Promise.all(
          options.adapter.map((text) => openAdapter(text, { for: host, cwd: session.cwd })),
        );
        const choices = keepChoices(
          grafted,
          before,
          adapters,
          choicesOf(options, adapters, session.cwd),
        );
        const plan = planGraft(host, adapters, choices);
        const { summary } = plan;
        for (const warning of summary.warnings) session.note(`warning: ${warning}`);
        const json = { output: target, before: before.adapters, plan: summary };
        const inPlace = options.output === undefined && options.external === undefined;
        if (inPlace && isInPlace(before, plan)) {
          const text = `${path}: it carries ${spellAdapters(summary.adapters)} already; nothing was changed`;
          return { json: { ...json, changed: false }, text };
        }
        await saveModel(applyGraft(plan), target, {
          signal: session.signal,
          onProgress: (done, total) => session.progress('saving', done, total),
          ...(options.external ? { externalData: options.external } : {}),
        });
        const text = [
          `${target}: ${summariseGraft(summary)}`,
          `out: ${spellAdapters(before.adapters)}, labels ${before.labels.join(', ')}`,
        ].join('\n');
        return { json: { ...json, changed: true }, text };
      } finally {
        host.close();
      }
    }),
  );
}
