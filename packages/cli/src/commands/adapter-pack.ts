import { isAbsolute, resolve } from 'node:path';
import { didYouMean } from '@pip-graft/graft';
import { packAdapter } from '@pip-graft/graft/node';
import { bytesText, table } from '@pip-graft/report/text';
import { type Command, Option } from 'commander';
import { checkOutputFolder, forceOption } from '../options/check-output.ts';
import { licenceIds } from '../options/licence-ids.ts';
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

/** Identifiers that software, models and images are usually published under: what to suggest. */
const known =
  '0BSD AFL-3.0 AGPL-3.0-only AGPL-3.0-or-later Apache-2.0 Artistic-2.0 BlueOak-1.0.0 BSD-2-Clause BSD-3-Clause BSD-3-Clause-Clear BSL-1.0 CC-BY-3.0 CC-BY-4.0 CC-BY-NC-3.0 CC-BY-NC-4.0 CC-BY-NC-ND-3.0 CC-BY-NC-ND-4.0 CC-BY-NC-SA-3.0 CC-BY-NC-SA-4.0 CC-BY-ND-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CC0-1.0 CDLA-Permissive-1.0 CDLA-Permissive-2.0 CDLA-Sharing-1.0 CECILL-2.1 ECL-2.0 EPL-1.0 EPL-2.0 EUPL-1.1 EUPL-1.2 GFDL-1.3-or-later GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later ISC LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MIT MIT-0 MPL-2.0 MS-PL MS-RL MulanPSL-2.0 NCSA ODbL-1.0 ODC-By-1.0 OFL-1.1 OSL-3.0 PDDL-1.0 PostgreSQL Python-2.0 Unlicense UPL-1.0 WTFPL Zlib'.split(
    ' ',
  );

/**
 * A note on a licence that is not an expression of SPDX identifiers, with the nearest usual one;
 * undefined for one that is, and for what npm takes instead. Only a note: SPDX has more each year.
 *
 * @example licenceNote('--license', 'Apache 2.0') // "… did you mean 'Apache-2.0'?"
 */
export function licenceNote(option: string, text: string | undefined): string | undefined {
  if (text === undefined || text === 'UNLICENSED' || /^SEE LICENSE IN \S/.test(text))
    return undefined;
  const operators = /^(AND|OR)$/;
  const words = text
    .replace(/[()]/g, ' ')
    .trim()
    .split(/\s+/)
    .filter((word) => !operators.test(word));
  const isExpression = words.every(
    (word, at) => isKnown(word) || word === 'WITH' || words[at - 1] === 'WITH',
  );
  if (isExpression) return undefined;
  const unknown = words.find((word) => !isKnown(word)) ?? text;
  const wanted = /\b(AND|OR|WITH)\b/.test(text) ? unknown : text;
  const ids = new Map(known.map((id) => [plain(id), id]));
  const near = didYouMean(plain(wanted), [...ids.keys()]);
  const end = near.replace(/'(.*)'/, (_, name: string) => `'${ids.get(name)}'`);
  return `note: ${option} ${text}: not a well-known SPDX identifier, which npm and model hubs go by${end}`;
}

function isKnown(word: string): boolean {
  // GPL-2.0+: or any later version.
  return licenceIds.has(word.replace(/\+$/, '')) || /^(LicenseRef|DocumentRef)-/.test(word);
}

/** A name without what people write differently: case, spaces, hyphens, "licence", "v2". */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/licen[cs]e|version|\bthe\b|only$/g, '')
    .replace(/v(?=\d)|[\s_-]|\.0(?!\d)/g, '');
}
