import { diffModels } from '@pip-graft/graft';
import { openModel } from '@pip-graft/graft/node';
import { formatDiff } from '@pip-graft/report/text';
import type { Command } from 'commander';
import { define, run } from '../pipeline/run.ts';

export function command(): Command {
  return define('diff', 'Shows what differs between two model files, record by record', [
    'graft diff host.onnx grafted.onnx',
  ])
    .argument('<a>', 'ONNX file')
    .argument('<b>', 'ONNX file')
    .action(
      run<[string, string], object>((_session, a, b) => {
        using left = openModel(a);
        using right = openModel(b);
        const diff = diffModels(left.model, right.model);
        return { json: diff, text: formatDiff(diff, a, b), isAnswer: true };
      }),
    );
}
