// npm run fuzz: mutated files of every format against the built packages. Each case must end in a
// typed error or a valid result, within the time and memory of fuzz/limits.mjs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, install } from './install.mjs';

const usage = `Usage: npm run fuzz -- [--cases 100000] [--seed 1] [--target NAME]
       npm run fuzz -- --replay TARGET:SEED [--save FILE]`;

const options = read();
install();
build();
process.exitCode = options.replay ? await replay(options.replay, options.save) : await run(options);

function read() {
  try {
    const { values } = parseArgs({
      options: {
        cases: { type: 'string', default: '100000' },
        seed: { type: 'string', default: '1' },
        target: { type: 'string' },
        replay: { type: 'string' },
        save: { type: 'string' },
      },
    });
    const cases = Number(values.cases);
    if (!Number.isSafeInteger(cases) || cases < 1) throw new Error('--cases takes a whole number.');
    return { ...values, cases };
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n${usage}`);
    process.exit(2);
  }
}

/** @param {{ cases: number, seed: string, target?: string }} options */
async function run({ cases, seed, target }) {
  const { runFuzz } = await import('./fuzz/run.mjs');
  const { formatReport } = await import('./fuzz/report.mjs');
  let shown = 0;
  const progress = (done, total) => {
    if (performance.now() - shown < 5000 && done < total) return;
    shown = performance.now();
    console.error(`${done} of ${total} cases`);
  };
  const failed = ({ name, failure }) => console.error(`FAILURE ${name}: ${failure}`);
  const result = await runFuzz({ cases, seed, target }, { progress, failed });
  console.log(formatReport(result));
  return result.failures.length === 0 ? 0 : 1;
}

/**
 * Runs one case in this process, so that a debugger can follow it, and writes its files on request.
 *
 * @param {string} name
 * @param {string | undefined} save
 */
async function replay(name, save) {
  const { makeCase } = await import('./fuzz/case.mjs');
  const { measureAlone } = await import('./fuzz/measure.mjs');
  if (save) write(makeCase(name), save);
  const { outcome, failure, cpu } = await measureAlone(name);
  console.log(`${name}: ${failure ?? outcome} (${Math.round(cpu)} ms)`);
  return failure ? 1 : 0;
}

/** Writes a one-file case to the path, a case of several files into a folder of that name. */
function write(files, path) {
  const entries = Object.entries(files);
  if (entries.length === 1) return writeFileSync(path, entries[0][1]);
  mkdirSync(path, { recursive: true });
  for (const [name, bytes] of entries) writeFileSync(join(path, name), bytes);
}
