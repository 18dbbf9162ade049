import { checkModel } from '@pip-graft/graft';
import { openModel } from '@pip-graft/graft/node';
import { table } from '@pip-graft/report/text';
import type { Command } from 'commander';
import { define, run } from '../pipeline/run.ts';

export function command(): Command {
  return define('check', 'Checks that a model file is valid, without running it', [
    'graft check model.onnx',
  ])
    .argument('<file>', 'ONNX file')
    .action(
      run<[string], object>((_session, path) => {
        using opened = openModel(path);
        const findings = checkModel(opened.model, { weights: true });
        const errors = findings.filter(({ severity }) => severity === 'error').length;
        const verdict =
          errors > 0 ? `${path}: ${errors} error${errors > 1 ? 's' : ''}` : `${path}: valid`;
        const rows = findings.map(({ severity, code, place, message }) => [
          severity,
          code,
          place,
          message,
        ]);
        return {
          json: { valid: errors === 0, findings },
          text: [...(rows.length > 0 ? [table(rows)] : []), verdict].join('\n'),
          exit: errors > 0 ? 1 : 0,
        };
      }),
    );
}
