// Doctor, validation and benchmarks of three families on a CUDA device, in one report. Needs only
// node and the built packages, so it runs in the repository and inside the bundle.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { examineDevice } from './check/examine-device.mjs';
import { formatReport } from './check/format-report.mjs';
import { machineFacts } from './check/machine-facts.mjs';
import { root, runStep } from './check/run-step.mjs';
import { exitOf, statusOf } from './check/status.mjs';
import { families, stepsFor } from './check/steps.mjs';

const usage = `Usage: cuda-check [-o DIR] [--device cuda|webgpu|cpu] [--device-id N] [--families ${families.join(',')}]
                  [--networks tiny|small|full] [--minutes N] [--resume] [--date YYYY-MM-DD]

--device     another device than cuda makes a dry run, which says nothing of CUDA
--networks   what is timed: the small presets or the full networks (default: full on cuda, else small); tiny
             ones, in the presets' place, only show that the steps work
--minutes    starts no step after that many minutes
--resume     keeps the results of an earlier run into the same folder, and goes on`;

const options = read();
const out = resolve(options.output);
try {
  mkdirSync(join(out, 'steps'), { recursive: true });
} catch (error) {
  console.error(
    `${out}: the report cannot be written there: ${/** @type {Error} */ (error).message}; choose a folder with -o.`,
  );
  process.exit(2);
}
process.exitCode = await check();

async function check() {
  const started = performance.now();
  const late = () => performance.now() - started > options.minutes * 60_000;
  const say = (line) => console.error(line);
  const device = await examineDevice(options, out, say);
  const steps = stepsFor({ ...options, out });
  const results = [...device.results];
  if (device.works) {
    for (const [index, step] of steps.entries()) {
      const result = await runStep(step, {
        out,
        variables: device.variables,
        resume: options.resume,
        late: late(),
      });
      results.push(result);
      const seconds = result.seconds === undefined ? '' : ` (${result.seconds.toFixed(1)} s)`;
      // Immediately, because the machine may be gone before the next step ends.
      write(results.concat(steps.slice(index + 1).map(waiting)));
      say(
        `${index + 1} of ${steps.length} ${step.name}: ${result.status}${seconds}${result.reason ? `: ${result.reason}` : ''}`,
      );
    }
  } else results.push(...steps.map((step) => skipped(step, device.reason)));
  const report = write(results);
  // A resumed run needs the models.
  const over = results.every((step) => step.status !== 'not run');
  if (over) rmSync(join(out, 'models'), { recursive: true, force: true });
  process.stdout.write(formatReport(report));
  say(`report: ${join(out, 'report.md')} and report.json`);
  return exitOf(report.status, results);

  /** The report of the results so far. */
  function write(known) {
    const status = statusOf({ works: device.works, device: options.device, results: known });
    const made = {
      status,
      ...(status === 'skipped' ? { reason: device.reason } : {}),
      dryRun: options.device !== 'cuda',
      device: options.device,
      date: options.date,
      machine: machineFacts(device),
      libraryPath: device.variables.LD_LIBRARY_PATH ?? '',
      steps: known,
    };
    writeFileSync(join(out, 'report.json'), `${JSON.stringify(made, null, 2)}\n`);
    writeFileSync(join(out, 'report.md'), formatReport(made));
    return made;
  }
}

/**
 * @param {import('./check/run-step.mjs').Step} step
 * @returns {import('./check/run-step.mjs').StepResult}
 */
function waiting({ name, what }) {
  return { name, what, command: '', status: 'not run', reason: 'the check had not come to it' };
}

/**
 * @param {import('./check/run-step.mjs').Step} step
 * @param {string} reason
 * @returns {import('./check/run-step.mjs').StepResult}
 */
function skipped({ name, what }, reason) {
  return { name, what, command: '', status: 'skipped', reason };
}

function read() {
  try {
    const { values } = parseArgs({
      options: {
        output: { type: 'string', short: 'o', default: join(root, 'out/cuda-check') },
        device: { type: 'string', default: 'cuda' },
        'device-id': { type: 'string', default: '0' },
        families: { type: 'string', default: families.join(',') },
        networks: { type: 'string' },
        minutes: { type: 'string', default: '600' },
        resume: { type: 'boolean', default: false },
        date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const chosen = values.families.split(',');
    const networks = values.networks ?? (values.device === 'cuda' ? 'full' : 'small');
    const numbers = [Number(values.minutes), Number(values['device-id'])];
    if (!['cuda', 'webgpu', 'cpu'].includes(values.device))
      throw new Error(`--device ${values.device}: not one of cuda, webgpu, cpu.`);
    if (!['tiny', 'small', 'full'].includes(networks))
      throw new Error(`--networks ${networks}: not tiny, small or full.`);
    if (!chosen.every((family) => families.includes(family)))
      throw new Error(`--families takes ${families.join(', ')}.`);
    if (!numbers.every((number) => Number.isFinite(number) && number >= 0))
      throw new Error('--minutes and --device-id take numbers.');
    const { output, device, resume, date } = values;
    return {
      output,
      device,
      resume,
      date,
      networks,
      families: chosen,
      minutes: numbers[0],
      deviceId: numbers[1],
    };
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n${usage}`);
    process.exit(2);
  }
}
