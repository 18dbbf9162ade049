import { applyGraft, graphFacts } from '@pip-graft/graft';
import { formatExpected, formatPlan } from '@pip-graft/report/text';
import type { Command } from 'commander';
import {
  type ExpectedDevice,
  expectedDeviceOption,
  expectedOf,
} from '../options/expected-device.ts';
import { type GraftOptions, graftOptions, planHost } from '../options/plan-host.ts';
import { define, run } from '../pipeline/run.ts';

export function command(): Command {
  const plan = define(
    'plan',
    'Shows what a graft would do and cost, or why it is rejected; writes nothing',
    [
      'graft plan restormer.onnx --adapter ./my-adapter',
      'graft plan nafnet.onnx --adapter init:labels=rain+haze',
      'graft plan nafnet.onnx --adapter ./my-adapter --device cuda',
    ],
  ).argument('<host>', 'ONNX file, a package, or hf:owner/name[@revision][/folder or file]');
  for (const option of graftOptions()) plan.addOption(option);
  plan.addOption(expectedDeviceOption());
  return plan.action(
    run<[string], GraftOptions & ExpectedDevice>(async (session, path, options) => {
      const { host, plan } = await planHost(path, options, session.cwd);
      try {
        const text = formatPlan(plan.summary).trimEnd();
        if (options.device === undefined) return { json: plan.summary, text, isAnswer: true };
        const expected = expectedOf(graphFacts(applyGraft(plan)));
        return {
          json: { ...plan.summary, expected },
          text: `${text}\n\n${formatExpected(expected)}`,
          isAnswer: true,
        };
      } finally {
        host.close();
      }
    }),
  );
}
