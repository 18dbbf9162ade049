import { runPool } from './pool.mjs';
import { targets } from './targets/index.mjs';

/** Processes at a time. */
const jobs = 2;

/** Runs `cases` cases of a seed, spread over the targets by their shares; returns the results. */
export async function runFuzz({ cases, seed, target }, { progress, failed }) {
  const chosen = targets.filter(({ name }) => target === undefined || name === target);
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  const names = chosen.flatMap(({ name, share }) =>
    Array.from({ length: Math.ceil((cases * share) / shares) }, (_, i) => `${name}:${seed}-${i}`),
  );
  const seen = new Map(chosen.map(({ name }) => [name, newTally()]));
  const doubtful = [];
  const failures = [];
  const start = performance.now();
  let count = 0;
  const settle = (result) => {
    tally(seen, result);
    if (!result.failure) return;
    failures.push(result);
    failed(result);
  };
  await runPool(names, jobs, (result) => {
    if (result.failure && result.measured) doubtful.push(result.name);
    else settle(result);
    progress(++count, names.length);
  });
  // Memory and time of one case may come from earlier ones, so measure it alone.
  await runPool(doubtful, 1, settle, true);
  const seconds = (performance.now() - start) / 1000;
  return { cases: names.length, seconds, seen, failures, measuredAgain: doubtful.length };
}

function newTally() {
  return { cases: 0, outcomes: new Map(), cpu: 0, memory: 0 };
}

function tally(seen, { name, outcome, cpu = 0, memory = 0 }) {
  const entry = seen.get(name.split(':')[0]);
  entry.cases++;
  entry.outcomes.set(outcome, (entry.outcomes.get(outcome) ?? 0) + 1);
  entry.cpu = Math.max(entry.cpu, cpu);
  entry.memory = Math.max(entry.memory, memory);
}
