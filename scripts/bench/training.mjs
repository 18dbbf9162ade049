// A training step in time and memory against PyTorch's, on one machine: npm run bench -- training PYTHON
// PYTHON: an interpreter with pytorch-reference/requirements.txt installed.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { root } from '../install.mjs';
import { inTurn, median, spread, writePage } from './measure.mjs';

const python = process.argv[3];
if (!python) throw new Error('npm run bench -- training PYTHON: which interpreter has PyTorch?');
const threads = 2;
const titles = {
  nafnet16: 'NAFNet, width 16, `convgate`',
  nafnet32: 'NAFNet, width 32, `convgate`',
  restormer24: 'Restormer, dim 24, `pip_cross_topm`',
};
const cases = [
  { network: 'nafnet16', batch: 2, patch: 64, steps: 8, rounds: 3 },
  { network: 'nafnet32', batch: 2, patch: 64, steps: 8, rounds: 3 },
  { network: 'restormer24', batch: 2, patch: 64, steps: 4, rounds: 3 },
  { network: 'nafnet32', batch: 4, patch: 128, steps: 3, rounds: 2 },
  { network: 'restormer24', batch: 2, patch: 128, steps: 3, rounds: 2 },
];
const largest = cases[cases.length - 1];
const rows = [];
const busy = [];
let build = '';
let library = 0;
for (const each of cases) {
  const { a, b } = await inTurn(
    each.rounds,
    () => torch(each),
    () => graft(each),
  );
  const [first] = a;
  build = first.torch;
  library = first.start_mib;
  if (first.adapter_parameters !== b[0].adapter_parameters)
    throw new Error(`${each.network}: the adapters are not of one size.`);
  const of = (series, key) => series.map((record) => record[key]);
  const least = [a, b].map((series) => Math.min(...of(series, 'fastest_ms')));
  const middle = [a, b].map((series) => median(of(series, 'step_ms')));
  const peak = [a, b].map((series) => median(of(series, 'peak_mib')));
  const grown = [a, b].map((series) =>
    median(series.map(({ peak_mib, start_mib }) => peak_mib - start_mib)),
  );
  /** @param {readonly number[]} figures */
  const whole = ([theirs, ours]) => `${theirs.toFixed(0)} | ${ours.toFixed(0)}`;
  rows.push(
    `| ${titles[each.network]} | ${each.batch} × ${each.patch}² | ${spread(of(a, 'step_ms'), 0)} | ${spread(of(b, 'step_ms'), 0)} | ${ratio(middle)} | ${whole(least)} | ${ratio(least)} | ${whole(peak)} | ${ratio(peak)} | ${whole(grown)} |`,
  );
  console.log(rows.at(-1));
}
writePage(
  'training',
  "A training step against PyTorch's",
  'npm run bench -- training PYTHON',
  `| network | batch | ms, median: PyTorch | PIP Graft | ratio, target ≤ 1 | ms, fastest step: PyTorch | PIP Graft | ratio, target ≤ 1 | MiB: PyTorch | PIP Graft | ratio, target ≤ 1 | MiB above start: PyTorch | PIP Graft |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

A step is forward, backward and AdamW on the adapter's parameters (smooth L1 and the angles of the prompts, five labels, \`residual\`), in float32 on ${threads} threads, through a host that stays as it is, with its published number of blocks. Both sides have the same sizes, and adapters of as many parameters; making the batch is not counted on either. PyTorch is ${build}, eager: \`PYTHON pytorch-reference/time_training.py --network NETWORK --batch BATCH --patch PATCH --steps STEPS --threads ${threads}\`. Ours: \`node scripts/bench/training-step.mjs NETWORK BATCH PATCH STEPS ${threads}\`. The two sides run in turn, each step series in a process of its own: ${cases[0].rounds} rounds of ${cases[0].steps} steps for the small networks, ${largest.rounds} of ${largest.steps} for the largest, after one round that is not counted and, in each process, two steps.

Of the machine's cores ${(median(busy) * 100).toFixed(0)} % were at work before a process started (median; ${(Math.min(...busy) * 100).toFixed(0)} to ${(Math.max(...busy) * 100).toFixed(0)} %). Other work holds up PyTorch's threads, which wait for each other, more than ours; a fastest step is one that nobody disturbed, so the target is for both ratios.

MiB is the most that the process held resident from start to end, building and loading the network included. The last two columns are by how much that is above the most that it had held when network and adapter were in memory, before anything was made of them: PyTorch holds several hundred MiB by its libraries alone (${library} with the last network), more in a build for CUDA as this one is. By that measure the smallest steps of NAFNet, width 32, take more than PyTorch's: its 65 MiB of weights are read by onnxruntime, held, and laid out anew for its convolutions.

What made the difference:

- A step runs without onnxruntime's memory pattern, for which it keeps the first run's memory beside the block that it plans from it: Restormer at 2 × 64² took 1390 MiB with it and 890 without, at the same speed.
- The graph goes to onnxruntime as a file, not as bytes in memory, where JavaScript held several copies: with both, 755 MiB became 420 for NAFNet, width 32, at 2 × 64².
- Tried and not taken: no arena (about 20 MiB less; on a busy machine it was slower on Restormer); weights in a file of their own, which are mapped (about 40 MiB less for width 32, but a mapped file cannot be removed everywhere); leaving out the layout for convolutions (100 MiB less; on a busy machine it was slower).`,
);

function torch(each) {
  return record(python, [
    join(root, 'pytorch-reference/time_training.py'),
    ...['network', 'batch', 'patch', 'steps'].flatMap((key) => [`--${key}`, `${each[key]}`]),
    '--threads',
    `${threads}`,
  ]);
}

function graft({ network, batch, patch, steps }) {
  const script = join(root, 'scripts/bench/training-step.mjs');
  return record(process.execPath, [script, network, ...[batch, patch, steps, threads].map(String)]);
}

/** The last line that a process printed, parsed as JSON. */
function record(command, args) {
  busy.push(load());
  const child = spawnSync(command, args, { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(`${args.join(' ')}: ${child.stderr}`);
  return JSON.parse(child.stdout.trim().split('\n').at(-1) ?? '');
}

/** The share of all cores that was busy during the last second. */
function load() {
  const ticks = () =>
    cpus().reduce(
      ([idle, all], { times }) => [
        idle + times.idle,
        all + Object.values(times).reduce((sum, each) => sum + each, 0),
      ],
      [0, 0],
    );
  const [idle, all] = ticks();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  const [later, whole] = ticks();
  return 1 - (later - idle) / (whole - all);
}

/** @param {readonly number[]} figures */
function ratio([theirs, ours]) {
  const value = ours / theirs;
  return `**${value.toFixed(2)}** ${value <= 1 ? 'met' : '**missed**'}`;
}
