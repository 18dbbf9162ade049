import { writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { makeCase, runCase } from './case.mjs';
import { limits } from './limits.mjs';

/**
 * How many cases of the target run before one is measured alone, so that code is loaded and
 * compiled.
 */
const warmUp = 20;

let rejected;
process.on('unhandledRejection', (reason) => {
  rejected ??= reason;
});

/** Runs a case. `failure` is undefined if it ended as it should, within its limits. */
export async function measure(name) {
  const files = makeCase(name);
  forgetPeak();
  const resident = process.memoryUsage.rss();
  const start = process.cpuUsage();
  let outcome = 'failure';
  let failure;
  try {
    outcome = await runCase(name, files);
  } catch (error) {
    failure = `threw ${describe(error)}`;
  }
  const { user, system } = process.cpuUsage(start);
  await setImmediate();
  if (rejected !== undefined) failure = `unhandled rejection: ${describe(rejected)}`;
  rejected = undefined;
  const cpu = (user + system) / 1000;
  const memory = peak() - resident;
  if (cpu > limits.cpu) failure ??= `took ${Math.round(cpu)} ms of CPU time`;
  if (memory > limits.memory) failure ??= `took ${Math.round(memory / 1e6)} MB`;
  const measured = cpu > limits.cpu || memory > limits.memory;
  return { name, outcome, failure, measured, cpu, memory };
}

/** The same in a process that has only warmed up. */
export async function measureAlone(name) {
  const target = name.split(':')[0];
  for (let i = 0; i < warmUp; i++) await measure(`${target}:warm-${i}`);
  globalThis.gc?.();
  return measure(name);
}

/** The peak resident size since the last reset, in bytes. */
function peak() {
  return process.resourceUsage().maxRSS * 1024;
}

/** Resets the peak, so that making a case does not count. On systems other than Linux, it does. */
function forgetPeak() {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {}
}

function describe(error) {
  if (!(error instanceof Error)) return String(error);
  const lines = (error.stack ?? error.message).split('\n');
  return lines
    .slice(0, 4)
    .map((line) => line.trim().slice(0, 160))
    .join(' ');
}
