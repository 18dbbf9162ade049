import { ungraft } from '@pip-graft/graft';
import { digest } from '@pip-graft/graft/files';
import { openModel, saveModel } from '@pip-graft/graft/node';
import type { Command } from 'commander';
import { forceFileOption, hostOf, refuseForeignFile } from '../options/check-output.ts';
import {
  checkOutput,
  type ExternalOptions,
  externalOption,
  outputOption,
} from '../options/options.ts';
import { define, run } from '../pipeline/run.ts';

interface Options extends ExternalOptions {
  readonly output: string;
  readonly force?: boolean;
}

export function command(): Command {
  return define('remove', 'Removes a graft and writes the host, byte for byte', [
    'graft remove grafted.onnx -o host.onnx',
  ])
    .argument('<grafted>', 'ONNX file that `graft apply` wrote')
    .addOption(outputOption('file for the host').makeOptionMandatory())
    .addOption(forceFileOption({ what: 'this host' }))
    .addOption(externalOption())
    .action(
      run<[string], Options>(async (session, path, options) => {
        checkOutput(options.output, path);
        using opened = openModel(path);
        const { model, graft } = ungraft(opened.model);
        refuseForeignFile(options.output, options.force, hostOf(graft.host.digest));
        const found = digest(model.source);
        const identical = found === graft.host.digest;
        await saveModel(model, options.output, {
          signal: session.signal,
          ...(options.external ? { externalData: options.external } : {}),
        });
        const text = identical
          ? `${options.output}: the host, byte for byte (${found})`
          : `${options.output}: the graft is removed, but the bytes are not those of the host that was grafted (${graft.host.digest}); something changed the file since, or the data's locations are written for another folder`;
        return {
          json: { output: options.output, identical, digest: found, hostDigest: graft.host.digest },
          text,
          exit: identical ? 0 : 1,
        };
      }),
    );
}
