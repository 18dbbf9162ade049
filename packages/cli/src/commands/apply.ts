import { applyGraft } from '@pip-graft/graft';
import { saveModel } from '@pip-graft/graft/node';
import { summariseGraft } from '@pip-graft/report/text';
import type { Command } from 'commander';
import { forceFileOption, refuseForeignFile } from '../options/check-output.ts';
import {
  checkOutput,
  type ExternalOptions,
  externalOption,
  outputOption,
} from '../options/options.ts';
import { type GraftOptions, graftOptions, planHost } from '../options/plan-host.ts';
import { define, run } from '../pipeline/run.ts';
import { version } from '../version.ts';

interface Options extends GraftOptions, ExternalOptions {
  readonly output: string;
  readonly force?: boolean;
}

export function command(): Command {
  const apply = define('apply', 'Grafts one or more adapters onto a host', [
    'graft apply restormer.onnx --adapter ./my-adapter -o grafted.onnx',
    'graft apply nafnet.onnx --adapter init:labels=rain+haze,seed=1 -o grafted.onnx',
    'graft apply hf:me/nafnet --adapter hf:me/rain-adapter -o grafted.onnx',
    'graft apply nafnet.onnx --adapter ./my-adapter --bake rain -o derain.onnx',
    'graft apply nafnet.onnx --adapter ./rain --adapter ./haze -o both.onnx',
    'graft apply nafnet.onnx --adapter ./my-adapter --auto ./my-sensor -o blind.onnx',
  ])
    .argument('<host>', 'ONNX file, a package, or hf:owner/name[@revision][/folder or file]')
    .addOption(outputOption('file for the grafted model').makeOptionMandatory())
    .addOption(forceFileOption());
  for (const option of graftOptions()) apply.addOption(option);
  return apply.addOption(externalOption()).action(
    run<[string], Options>(async (session, path, options) => {
      checkOutput(options.output, path);
      refuseForeignFile(options.output, options.force);
      const home = { target: options.output, external: options.external ?? 'copy' };
      const { host, plan } = await planHost(path, options, session.cwd, home);
      try {
        for (const warning of plan.summary.warnings) session.note(`warning: ${warning}`);
        const grafted = applyGraft(plan, { name: 'graft', version });
        await saveModel(grafted, options.output, {
          signal: session.signal,
          onProgress: (done, total) => session.progress('saving', done, total),
          ...(options.external ? { externalData: options.external } : {}),
        });
      } finally {
        host.close();
      }
      const text = `${options.output}: ${summariseGraft(plan.summary)}`;
      return { json: { output: options.output, plan: plan.summary }, text };
    }),
  );
}
