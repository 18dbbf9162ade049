import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { present } from '../present.mjs';
import { judge } from './judge.mjs';
import { countEvents, killPoint } from './kill-point.mjs';
import { bin, makeFixtures, scenarios } from './scenarios.mjs';
import { treeOf } from './tree.mjs';

/** @import { Scenario } from './scenarios.mjs' */

/**
 * Kills at random points: half of them spread over the duration of a run, half over its writes,
 * which take little of that time.
 */
export async function runKills({ points, seed, only, signal }, { failed, progress }) {
  const home = mkdtempSync(join(tmpdir(), 'graft-kill-'));
  const begun = performance.now();
  const chosen = scenarios.filter(({ name }) => !only || only.includes(name));
  const random = xoroshiro128plus(seed);
  const draw = () => (random.next() >>> 0) / 2 ** 32;
  const start = join(home, 'start');
  mkdirSync(start);
  try {
    await makeFixtures(start);
    const known = new Map();
    for (const scenario of chosen) known.set(scenario, await unbroken(scenario, home, start));
    const counts = new Map(chosen.map(({ name }) => [name, { points: 0, killed: 0, early: 0 }]));
    const failures = [];
    for (let index = 0; index < points && !signal.aborted; index++) {
      const scenario = chosen[index % chosen.length];
      const count = present(counts.get(scenario.name), scenario.name);
      const folder = prepared(scenario, home, start);
      const expected = known.get(scenario);
      // The rounds of a scenario alternate between time and writes.
      const byWrites = Math.floor(index / chosen.length) % 2 === 1;
      const at = { share: draw(), byWrites, ...expected };
      const ended = await graft(scenario.args, folder, at);
      count.points++;
      if (ended.signal === 'SIGKILL') count.killed++;
      const problems = judge(scenario, folder, expected);
      if (treeOf(folder).size === expected.before.size) count.early++;
      const again = await graft(scenario.again ?? scenario.args, folder);
      if (again.status !== 0)
        problems.push(`the same command ended with ${again.status}: ${again.text}`);
      else problems.push(...judge(scenario, folder, expected, true));
      for (const problem of problems) {
        failed(`${scenario.name}, point ${index}`, problem);
        failures.push({ name: scenario.name, index, problem });
      }
      rmSync(folder, { recursive: true });
      progress(index + 1);
    }
    return { counts, failures, points, seconds: (performance.now() - begun) / 1000 };
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** The files before and after an uninterrupted run, its duration and its number of writes. */
async function unbroken(scenario, home, start) {
  const folder = prepared(scenario, home, start);
  const before = treeOf(folder);
  const begun = performance.now();
  const events = countEvents(folder);
  const { status, text } = await graft(scenario.args, folder);
  if (status !== 0) throw new Error(`${scenario.name}: ${text}`);
  const milliseconds = performance.now() - begun;
  const expected = { before, after: treeOf(folder), milliseconds, events: events.stop() };
  rmSync(folder, { recursive: true });
  return expected;
}

/**
 * @param {Scenario} scenario
 * @param {string} home
 * @param {string} start
 */
function prepared({ before }, home, start) {
  const folder = join(home, 'run');
  cpSync(start, folder, { recursive: true });
  if (before) cpSync(join(start, before[0]), join(folder, before[1]), { recursive: true });
  mkdirSync(join(folder, 'tmp'));
  return folder;
}

/** Runs the built command to its end or to the point where it is killed. */
function graft(args, folder, at) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, TMPDIR: join(folder, 'tmp') };
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const stop = at ? killPoint(child, folder, at) : () => {};
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (status, signal) => {
      stop();
      if (!existsSync(folder)) return reject(new Error(`${folder} is gone`));
      resolve({ status, signal, text: text.trim() });
    });
  });
}
