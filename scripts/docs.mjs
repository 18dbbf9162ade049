// Writes docs/reference/cli.md from the commands, the schema of graft.config.json and its page from
// its validator, and the figures of README and home page from the benchmark; --check only compares.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configPage } from './docs/config-page.mjs';
import { figures, withFigures } from './docs/figures.mjs';
import { build, install, root } from './install.mjs';

install();
build();
const { program } = await import('../packages/cli/dist/index.js');
const cli = await program();
const lines = [
  '# `graft` command line',
  '',
  '<!-- Written by `npm run docs` from the commands. Do not edit. -->',
  '',
  'Every command takes `--json` (one machine-readable result on stdout; progress and notes go to stderr), `--quiet` (only failures, and what the command is asked for), `--debug` (a stack trace with an error) and `--help`.',
  '',
  '| exit | meaning |',
  '|---|---|',
  '| 0 | done; every gate passed |',
  '| 1 | a gate failed (validation, tolerance, budget) |',
  '| 2 | usage |',
  '| 3 | host not supported: no sites, wrong layout; reasons printed |',
  '| 4 | adapter and host do not fit |',
  '| 5 | file corrupt, truncated or unsafe |',
  '| 6 | device not available |',
  '| 7 | could not read or write (missing, permission, disk full); the target is untouched |',
  '| 130 | interrupted; nothing half-written was left |',
];
const common = new Set(['--json', '--quiet', '--debug', '--version']);
const cell = (text) => text.replaceAll('|', '\\|');
for (const command of leaves(cli).filter((each) => each.name() !== 'version')) {
  lines.push(
    '',
    `## ${fullName(command)}`,
    '',
    `${command.description()}.`,
    '',
    '```',
    `${fullName(command)} ${command.usage()}`,
    '```',
  );
  const rows = [
    ...command.registeredArguments.map((argument) => [
      `\`${argument.name()}\``,
      argument.description,
    ]),
    ...command.options
      .filter((option) => !common.has(option.long))
      .map((option) => [`\`${option.flags}\``, describe(option)]),
  ];
  if (rows.length > 0)
    lines.push('', '| | |', '|---|---|', ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`));
  const help = [];
  command.configureOutput({ writeOut: (text) => help.push(text) });
  command.outputHelp();
  const examples = help.join('').split('Examples:\n')[1];
  if (examples)
    lines.push(
      '',
      '```sh',
      ...examples
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/^ {2}\$ /, '')),
      '```',
    );
}
/** @type {typeof import('../packages/cli/dist/convert/config/schema.js')} */
const { configJsonSchema } = await import(
  new URL('../packages/cli/dist/json-schema.js', import.meta.url).href
);
const schema = configJsonSchema();
const table = figures(readFileSync(join(root, 'docs/benchmarks/restorer.md'), 'utf8'));
const withTable = (name, link) => withFigures(readFileSync(join(root, name), 'utf8'), table, link);
const pages = {
  'docs/reference/cli.md': `${lines.join('\n')}\n`,
  'packages/cli/graft.config.schema.json': `${JSON.stringify(schema, null, 2)}\n`,
  'docs/reference/config.md': configPage(schema),
  'README.md': withTable('README.md', 'docs/benchmarks/restorer.md'),
  'docs/index.md': withTable('docs/index.md', './benchmarks/restorer.md'),
};
for (const [name, text] of Object.entries(pages)) {
  const file = join(root, name);
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    continue;
  }
  let there = '';
  try {
    there = readFileSync(file, 'utf8');
  } catch {}
  if (there === text) continue;
  console.error(`${name} is not what the code says; run \`npm run docs\`.`);
  process.exitCode = 1;
}

function leaves(command) {
  // `train` is a command and has subcommands; `adapter` only has subcommands.
  return command.commands.flatMap((child) =>
    child.commands.length === 0 || child.options.length > 0
      ? [child, ...leaves(child)]
      : leaves(child),
  );
}

function fullName(command) {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

function describe(option) {
  const extra = [];
  if (option.argChoices) extra.push(option.argChoices.join(', '));
  if (option.defaultValue !== undefined)
    extra.push(`default: ${option.defaultValueDescription ?? option.defaultValue}`);
  return extra.length > 0 ? `${option.description} (${extra.join('; ')})` : option.description;
}
