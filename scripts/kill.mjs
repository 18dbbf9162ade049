// npm run kill: kills the built command with SIGKILL at random points of everything that writes, and
// runs the same command again. No file may be half-written, locked or left over.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { provenance } from './bench/measure.mjs';
import { build, install, root } from './install.mjs';
import { formatReport } from './kill/report.mjs';

const usage = `Usage: npm run kill -- [--points 300] [--seed 1] [--only NAME,…] [--write]

--write records the counts in docs/benchmarks/kills.md.`;

const { points, seed, only, write } = read();
install();
build();
const failed = (name, problem) => console.error(`FAILURE ${name}: ${problem}`);
const progress = (done) => done % 10 === 0 && console.error(`${done} of ${points} points`);
// Ctrl-C ends it after the current point, and reports the results so far.
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const { runKills } = await import('./kill/run.mjs');
const result = await runKills({ points, seed, only, signal: stop.signal }, { failed, progress });
const page = formatReport(result, provenance(`npm run kill -- --points ${points} --seed ${seed}`));
console.log(page);
if (write) writeFileSync(join(root, 'docs/benchmarks/kills.md'), page);
process.exitCode = result.failures.length === 0 ? 0 : 1;

function read() {
  try {
    const { values } = parseArgs({
      options: {
        points: { type: 'string', default: '300' },
        seed: { type: 'string', default: '1' },
        only: { type: 'string' },
        write: { type: 'boolean', default: false },
      },
    });
    for (const name of ['points', 'seed'])
      if (!/^[1-9]\d{0,5}$/.test(values[name])) throw new Error(`--${name} takes a whole number.`);
    return {
      ...{ points: Number(values.points), seed: Number(values.seed), write: values.write },
      only: values.only?.split(','),
    };
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n${usage}`);
    process.exit(2);
  }
}
