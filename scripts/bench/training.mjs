// A training step in time and memory against PyTorch's, on one machine: npm run bench -- training PYTHON
// PYTHON: an interpreter with reference/requirements.txt installed.
import { spawnSync } from 'node:child_process';
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
  { network: 'nafnet16', batch: 2, patch: 64, steps: 10, rounds: 5 },
  { network: 'nafnet32', batch: 2, patch: 64, steps: 10, rounds: 5 },
  { network: 'restormer24', batch: 2, patch: 64, steps: 5, rounds: 5 },
  { network: 'nafnet16', batch: 4, patch: 128, steps: 4, rounds: 3 },
  { network: 'nafnet32', batch: 4, patch: 128, steps: 4, rounds: 3 },
];
const rows = [];
const found = [];
for (const each of cases) {
  const { a, b } = await inTurn(
    each.rounds,
    () => torch(each),
    () => graft(each),
  );
  found.push(a[0]);
  const [time, memory] = ['step_ms', 'peak_mib'].map((key) => {
    const [theirs, ours] = [a, b].map((series) => series.map((record) => record[key]));
    const ratio = median(ours) / median(theirs);
    return `${spread(theirs, 0)} | ${spread(ours, 0)} | **${ratio.toFixed(2)}** ${ratio <= 1 ? 'met' : '**missed**'}`;
  });
  if (a[0].adapter_parameters !== b[0].adapter_parameters)
    throw new Error(`${each.network}: the adapters are not of one size.`);
  const growth = b.map(({ peak_mib, start_mib }) => peak_mib - start_mib);
  const theirs = a.map(({ peak_mib, start_mib }) => peak_mib - start_mib);
  rows.push(
    `| ${titles[each.network]} | ${each.batch} × ${each.patch}² | ${time} | ${memory} | ${median(theirs).toFixed(0)} | ${median(growth).toFixed(0)} |`,
  );
  console.log(rows.at(-1));
}
writePage(
  'training',
  'A training step against PyTorch',
  'npm run bench -- training PYTHON',
  `| network | batch | ms, PyTorch | ms, PIP Graft | ratio, target ≤ 1 | MiB, PyTorch | MiB, PIP Graft | ratio, target ≤ 1 | MiB above start, PyTorch | PIP Graft |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

A step is forward, backward and AdamW on the adapter's parameters (smooth L1 with the angles of the prompts, five labels, \`residual\`), in float32 on ${threads} threads, of a host that stays as it is, in its published number of blocks. Both sides have the same sizes and so the same number of parameters; making the batch is not counted on either. PyTorch is ${found[0].torch}, eager: \`PYTHON reference/time_training.py --network NETWORK --batch BATCH --patch PATCH --steps STEPS --threads ${threads}\`. Ours: \`node scripts/bench/training-step.mjs NETWORK BATCH PATCH STEPS ${threads}\`. Each figure is the median over ${cases[0].rounds} rounds (${cases.at(-1).rounds} at 128²) of a process's median step, the two sides in turn, after one round that is not counted and, in each process, two steps.

MiB is the most that the process held resident from its start to its end, building and loading the network included. The last two columns are that above the most the process had held when network and adapter were in memory, before anything was made of them: PyTorch holds several hundred MiB by its libraries alone (${found[0].start_mib} here with the first network), more in a build for CUDA as this one is.`,
);

function torch(each) {
  return record(python, [
    join(root, 'reference/time_training.py'),
    ...['network', 'batch', 'patch', 'steps'].flatMap((key) => [`--${key}`, `${each[key]}`]),
    ...['--threads', `${threads}`],
  ]);
}

function graft({ network, batch, patch, steps }) {
  const script = join(root, 'scripts/bench/training-step.mjs');
  return record(process.execPath, [script, network, ...[batch, patch, steps, threads].map(String)]);
}

/** What a process printed last, as JSON. */
function record(command, args) {
  const child = spawnSync(command, args, { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(`${args.join(' ')}: ${child.stderr}`);
  return JSON.parse(child.stdout.trim().split('\n').at(-1));
}
