import { formatPlan } from '@pip-graft/graft';
import type { Command } from 'commander';
import { type GraftOptions, graftOptions, planHost } from '../options/plan-host.ts';
import { define } from '../pipeline/define.ts';
import { run } from '../pipeline/run.ts';

export function command(): Command {
  const plan = define(
    'plan',
    'Says what a graft would do and cost, or why it is refused; writes nothing',
    [
      'graft plan restormer.onnx --adapter ./my-adapter',
      'graft plan nafnet.onnx --adapter init:labels=rain+haze',
    ],
  ).argument('<host>', 'ONNX file');
  for (const option of graftOptions()) plan.addOption(option);
  return plan.action(
    run<[string], GraftOptions>(async (session, path, options) => {
      const { host, plan } = await planHost(path, options, session.cwd);
      host.close();
      return { json: plan.summary, text: formatPlan(plan.summary).trimEnd() };
    }),
  );
}
