// The size of the repository: files and their lengths, how much of the code is imports, and how
// many values each package exports.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../install.mjs';
import { median, writePage } from './measure.mjs';

/** The most values that a package may export, if there is a limit. */
const limits = { runtime: 40, train: 20, 'onnx-graft': 35 };

const packages = readdirSync(join(root, 'packages'))
  .filter((name) => existsSync(join(root, 'packages', name, 'src')))
  .sort();
const rows = [];
/** @type {number[]} */
const lengths = [];
let [lines, imports] = [0, 0];
for (const name of packages) {
  const src = join(root, 'packages', name, 'src');
  const own = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(src, file), 'utf8'));
  const counts = own.map((text) => text.split('\n').length - 1);
  lengths.push(...counts);
  for (const text of own) {
    lines += text.split('\n').length - 1;
    for (const [statement] of text.matchAll(/^import\b[\s\S]*?;$/gm))
      imports += statement.split('\n').length;
  }
  const values = await exportedValues(name);
  const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
  const target =
    limit === undefined || values === undefined
      ? ''
      : `at most ${limit}: ${values <= limit ? 'met' : '**missed**'}`;
  rows.push(`| ${name} | ${own.length} | ${median(counts)} | ${values ?? ''} | ${target} |`);
}

writePage(
  'house',
  'Files, lengths and exports',
  'npm run bench -- house',
  `| package | source files | median lines | exported values | target |
|---|---|---|---|---|
${rows.join('\n')}

All together ${lengths.length} source files of ${lines} lines, median ${median(lengths)}; ${((100 * imports) / lines).toFixed(1)} % of the lines are imports; ${lengths.filter((count) => count > 400).length} files are longer than 400 lines. Tests, scripts and generated files are not counted. The aim is about 450 files with a median of about 80 lines: ${lengths.length <= 500 && median(lengths) >= 70 ? 'met' : '**missed**'}.`,
  '',
);

/**
 * Values, not types, of a package's main entry; undefined for a package without one.
 *
 * @param {string} name
 */
async function exportedValues(name) {
  const { exports } = JSON.parse(
    readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'),
  );
  const entry = exports?.['.'];
  if (entry === undefined || name === 'studio' || name === 'test-utils') return undefined;
  const file =
    typeof entry === 'string' ? entry : (entry.default ?? entry.node?.default ?? entry.node);
  return Object.keys(await import(pathToFileURL(join(root, 'packages', name, file)).href)).length;
}
