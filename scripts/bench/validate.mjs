// Time of `graft validate` on full-size networks, check by check.
// npm run bench -- validate [NETWORK …]; default: all of them.
process.env.ORT_DISABLE_TELEMETRY = '1';

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validateGraft } from '../../packages/validate/dist/index.js';
import { root, run } from '../install.mjs';
import { writePage } from './measure.mjs';

/** @import { Verdict } from '../../packages/validate/dist/index.js' */

/** Full-size networks, with a limit in wall seconds on two quiet cores if there is a target. */
const networks = {
  nafnet: { name: 'NAFNet, width 32', args: ['nafnet', '--dim', '32'], target: 45 },
  restormer: { name: 'Restormer, dim 48', args: ['restormer'], target: 90 },
  promptir: { name: 'PromptIR, dim 48', args: ['promptir'], target: undefined },
};
/** @typedef {{ name: string, status: Verdict['status'], wall: number, cpu: number }} Row */

const graft = join(root, 'packages/cli/bin/graft.js');
const chosen = process.argv.length > 3 ? process.argv.slice(3) : Object.keys(networks);
const unknown = chosen.filter((name) => !(name in networks));
if (unknown.length > 0)
  throw new Error(`${unknown.join(', ')}: not one of ${Object.keys(networks).join(', ')}.`);
const folder = mkdtempSync(join(tmpdir(), 'graft-bench-'));

try {
  const runs = [];
  for (const key of chosen) {
    const network = networks[/** @type {keyof typeof networks} */ (key)];
    console.log(network.name);
    const [host, grafted] = [join(folder, 'host.onnx'), join(folder, 'grafted.onnx')];
    must('backbone', 'build', ...network.args, '-o', host);
    must('apply', host, '--adapter', 'init:seed=1', '-o', grafted);
    const rows = await timed(grafted);
    const failed = rows.filter(({ status }) => status === 'failed').map(({ name }) => name);
    if (failed.length > 0) throw new Error(`${network.name}: failed: ${failed.join(', ')}`);
    runs.push({ ...network, rows, wall: total(rows, 'wall'), cpu: total(rows, 'cpu') });
  }
  const verdict = ({ target, wall }) =>
    target === undefined ? 'none' : `at most ${target}: ${wall <= target ? 'met' : '**missed**'}`;
  const names = [...new Set(runs.flatMap(({ rows }) => rows.map(({ name }) => name)))];
  const cell = ({ rows }, name) => {
    const row = rows.find((one) => one.name === name);
    return row === undefined ? '' : `${row.wall.toFixed(1)} / ${row.cpu.toFixed(1)}`;
  };
  writePage(
    'validate',
    'Time of `graft validate`',
    `npm run bench -- validate${process.argv.length > 3 ? ` ${chosen.join(' ')}` : ''}`,
    `| host, grafted | wall s | CPU s | target, wall s on two quiet cores |
|---|---|---|---|
${runs.map((one) => `| ${one.name} | ${one.wall.toFixed(0)} | ${one.cpu.toFixed(0)} | ${verdict(one)} |`).join('\n')}

All checks at the default settings, on the CPU. The hosts are native, with random weights from a seed; the adapters are fresh, at the family's defaults. CPU seconds are those of all processes, user and system.

| check, wall s / CPU s | ${runs.map(({ name }) => name).join(' | ')} |
|---|${runs.map(() => '---|').join('')}
${names.map((name) => `| ${name} | ${runs.map((one) => cell(one, name)).join(' | ')} |`).join('\n')}

A check that opens sessions pays for them; later ones use them. \`loads\` includes reading the files.`,
    ' One run each.',
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Wall and CPU seconds of each check.
 *
 * @param {string} grafted
 */
async function timed(grafted) {
  /** @type {Row[]} */
  const rows = [];
  let [wall, cpu] = [performance.now(), cpuSeconds()];
  await validateGraft({
    grafted,
    onCheck: ({ name, status }) => {
      const [now, spent] = [performance.now(), cpuSeconds()];
      rows.push({ name, status, wall: (now - wall) / 1000, cpu: spent - cpu });
      [wall, cpu] = [now, spent];
      const row = /** @type {Row} */ (rows.at(-1));
      console.log(`  ${name}: ${status}, ${row.wall.toFixed(1)} s, ${row.cpu.toFixed(1)} CPU s`);
    },
  });
  return rows;
}

/** CPU seconds of this process, its children that have ended and those that run; Linux only. */
function cpuSeconds() {
  const children = [process.pid, ...readdirSync('/proc/self/task').map(Number)]
    .flatMap((id) => lines(`/proc/${process.pid}/task/${id}/children`))
    .filter((id, index, all) => all.indexOf(id) === index);
  const ticks = (/** @type {string | number} */ id, /** @type {number} */ count) => {
    const [stat = ''] = lines(`/proc/${id}/stat`, ') ').slice(-1);
    // After the name: state, …, utime, stime, cutime, cstime.
    return stat
      .split(' ')
      .slice(11, 11 + count)
      .reduce((sum, value) => sum + Number(value), 0);
  };
  const all = children.reduce((sum, id) => sum + ticks(id, 2), ticks(process.pid, 4));
  return all / 100;
}

/**
 * Words of a kernel file; none once the process has ended.
 *
 * @param {string} path
 */
function lines(path, separator = ' ') {
  try {
    return readFileSync(path, 'utf8').trim().split(separator).filter(Boolean);
  } catch {
    return [];
  }
}

/**
 * @param {readonly Row[]} rows
 * @param {'wall' | 'cpu'} key
 */
function total(rows, key) {
  return rows.reduce((sum, row) => sum + row[key], 0);
}

/** @param {readonly string[]} args */
function must(...args) {
  const { status } = run(process.execPath, [graft, ...args, '--quiet']);
  if (status !== 0) throw new Error(args.join(' '));
}
