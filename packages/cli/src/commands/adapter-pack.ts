import { isAbsolute, resolve } from 'node:path';
import { packAdapter } from '@pip-graft/graft/node';
import { bytesText, table } from '@pip-graft/report/text';
import { type Command, Option } from 'commander';
import { checkOutputFolder, forceOption } from '../options/check-output.ts';
import { licenceNote } from '../options/licence.ts';
import { define, run } from '../pipeline/run.ts';

interface Options {
  readonly output?: string;
  readonly force?: boolean;
  readonly name?: string;
  /** Not `--version`, which prints that of the tool. */
  readonly setVersion?: string;
  readonly license?: string;
  readonly baseLicense?: string;
  readonly baseModel?: string;
  readonly dtype?: 'float32' | 'float16' | 'bfloat16';
}

export function command(): Command {
  return define('pack', 'Makes a publishable npm package of an adapter folder: data only', [
    'graft adapter pack my-adapter --name @me/rain-adapter --license MIT',
    'graft adapter pack my-adapter -o packages/rain --dtype float16 --set-version 1.0.0',
  ])
    .argument('<folder>', 'adapter folder')
    .addOption(
      new Option('-o, --output <folder>', "folder for the package; default: the adapter's own"),
    )
    .addOption(forceOption('an adapter'))
    .addOption(new Option('--name <name>', "name of the package; default: the adapter's"))
    .addOption(
      new Option('--set-version <version>', "version of the package; default: the adapter's"),
    )
    .addOption(new Option('--license <license>', 'SPDX licence of the adapter'))
    .addOption(new Option('--base-license <license>', 'SPDX licence of the network it is for'))
    .addOption(new Option('--base-model <name>', 'published name of that network'))
    .addOption(
      new Option('--dtype <type>', 'type to store tensors in; default: unchanged').choices([
        'float32',
        'float16',
        'bfloat16',
      ]),
    )
    .action(
      run<[string], Options>(async (session, folder, options) => {
        const { output = folder, force, name, license, baseLicense, dtype } = options;
        for (const [option, text] of [
          ['--license', license],
          ['--base-license', baseLicense],
        ] as const) {
          const note = licenceNote(option, text);
          if (note !== undefined) session.note(note);
        }
        await checkOutputFolder(output, 'an adapter', force || resolve(output) === resolve(folder));
        const { adapter, files } = await packAdapter(folder, output, {
          name,
          license,
          baseLicense,
          dtype,
          version: options.setVersion,
          baseName: options.baseModel,
        });
        if (adapter.license === null)
          session.note(
            'note: the adapter has no licence, so others may not use it; set one with --license.',
          );
        const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
        const { version, config, training, digest } = adapter;
        const state = training === null ? 'UNTRAINED adapter ' : '';
        return {
          json: {
            output,
            name: adapter.name,
            version,
            dtype: config.dtype,
            digest,
            training,
            license: adapter.license,
            bytes,
            files,
          },
          text: [
            `${output}: ${state}${adapter.name} ${version}, tensors as ${config.dtype}`,
            '',
            table([
              ...files.map((file) => [file.name, bytesText(file.bytes)]),
              ['all', bytesText(bytes)],
            ]),
            '',
            `npm publish ${pathOf(output)}${adapter.name.startsWith('@') ? ' --access public' : ''}`,
          ].join('\n'),
        };
      }),
    );
}

/** Folder in the form that npm accepts: a bare name would be a package in the registry. */
function pathOf(folder: string): string {
  return /^[./]/.test(folder) || isAbsolute(folder) ? folder : `./${folder}`;
}
