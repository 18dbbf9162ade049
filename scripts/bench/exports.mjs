// Full-size exports of every kind: the cost of `graft inspect` and `graft apply` on them, and
// whether the grafted file is right. The files come from
// `python pytorch-reference/export_full.py DIR`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../install.mjs';
import { measureNode, writePage } from './measure.mjs';

const folder = process.argv[3];
if (folder === undefined) {
  console.error(
    'Usage: npm run bench -- exports DIR (made by pytorch-reference/export_full.py DIR)',
  );
  process.exit(2);
}
const graft = join(root, 'packages/cli/bin/graft.js');
const compare = join(root, 'scripts/bench/compare-outputs.mjs');
const scratch = mkdtempSync(join(tmpdir(), 'graft-bench-'));
const { files, missing = [] } = JSON.parse(readFileSync(join(folder, 'full.json'), 'utf8'));
const places = (sites) =>
  sites
    .map(({ level, channels, scale, join: how }) => [level, channels, scale, how].join())
    .join(' ');

try {
  const rows = files.map((entry) => {
    const host = join(folder, entry.file);
    const grafted = join(scratch, 'grafted.onnx');
    const found = json('inspect', host);
    const expected = found.family === entry.family && places(found.sites) === places(entry.sites);
    const inspect = measureNode([graft, 'inspect', host, '--quiet']);
    const apply = measureNode([
      graft,
      'apply',
      host,
      '--adapter',
      'init:seed=1',
      '--inputs',
      'optional',
      '-o',
      grafted,
      '--quiet',
    ]);
    const check = run(graft, 'check', grafted, '--json');
    const same = run(compare, host, grafted);
    const size = statSync(host).size + (entry.data ? statSync(join(folder, entry.data)).size : 0);
    const result = [
      expected ? 'sites right' : '**sites wrong**',
      check.status === 0 ? 'check passed' : '**check failed**',
      same.status === 0 ? same.stdout.trim() : `**${same.stderr.trim().split('\n').at(-1)}**`,
    ];
    const name = entry.file.replace(/\.onnx$/, '');
    console.error(`${name}: ${result.join(', ')}`);
    return [
      name,
      found.nodes.toLocaleString('en-US'),
      (size / 1e6).toFixed(0),
      inspect.seconds.toFixed(2),
      apply.seconds.toFixed(2),
      (apply.peak / 1e6).toFixed(0),
      result.join(', '),
    ];
  });
  const head = ['file', 'nodes', 'MB', 'inspect s', 'apply s', 'apply peak MB', 'result'];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const table = [
    line(head),
    line(head.map((_, i) => (i === 0 || i === 6 ? '---' : '---:'))),
    ...rows.map(line),
  ];
  writePage(
    'exports',
    'Full-size exports of every kind',
    'npm run bench -- exports DIR',
    `${table.join('\n')}

Files are full-size networks (dim 48, width 32) with random weights, written by \`python pytorch-reference/export_full.py DIR\`; from \`bytes-nhwc\` on, each is inside a wrapper that people deploy (\`pytorch-reference/pip_reference/wrappers.py\`). Times are those of one whole process each. "Sites right": family, levels, channels, resolutions and joins are those of the PyTorch network. The last figure is the largest difference that the untrained graft makes in the output, which should be none, in one run of both files; a file that onnxruntime cannot run says so.
${missing.map(({ file, reason }) => `\nNot made: ${file}: ${reason}.`).join('')}`,
  );
} finally {
  rmSync(scratch, { recursive: true });
}

function run(script, ...args) {
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
}

function json(...args) {
  const ended = run(graft, ...args, '--json');
  if (ended.status !== 0) throw new Error(`graft ${args.join(' ')}: ${ended.stderr}`);
  return JSON.parse(ended.stdout);
}
