// Memory and time of a training step with activations kept or recomputed:
// npm run bench -- training-memory
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../install.mjs';
import { inTurn, median, writeSection } from './measure.mjs';

const threads = 2;
/** @typedef {[network: string, batch: number, patch: number, learn: string]} Size */

/** @type {[title: string, ...size: Size][]} */
const cases = [
  ['NAFNet, width 32, `convgate`', 'nafnet32', 4, 128, 'pip'],
  ['NAFNet, width 32, `convgate`, host and all', 'nafnet32', 4, 128, 'all'],
  ['Restormer, dim 24, `pip_cross_topm`', 'restormer24', 2, 64, 'pip'],
  ['Restormer, dim 24, `pip_cross_topm`', 'restormer24', 2, 128, 'pip'],
];
const rounds = Number(process.argv[3] ?? 2);
const rows = [];
for (const [title, ...size] of cases) {
  const { a, b } = await inTurn(
    rounds,
    () => step(size),
    () => step([...size, 'checkpointing']),
  );
  if (a[0].loss !== b[0].loss) throw new Error(`${title}: the losses are not the same.`);
  const each = [a, b].map((series) => ({
    grown: median(series.map(({ peak_mib, start_mib }) => peak_mib - start_mib)),
    loaded: median(series.map(({ loaded_mib, start_mib }) => loaded_mib - start_mib)),
    fastest: Math.min(...series.map(({ fastest_ms }) => fastest_ms)),
  }));
  const [kept, again] = each;
  const whole = (value) => value.toFixed(0);
  const [, batch, patch] = size;
  rows.push(
    `| ${title} | ${batch} × ${patch}² | ${whole(kept.loaded)} | ${whole(kept.grown)} | ${whole(again.grown)} | **${(again.grown / kept.grown).toFixed(2)}** | ${whole(kept.fastest)} | ${whole(again.fastest)} | **${(again.fastest / kept.fastest).toFixed(2)}** |`,
  );
  console.log(rows.at(-1));
}
writeSection(
  'training',
  'Activations computed again',
  'npm run bench -- training-memory',
  `| network | batch | MiB above start: loaded | step, kept | step, \`--checkpointing\` | ratio, target ≤ 0.6 | ms, fastest step: kept | \`--checkpointing\` | ratio, target ≤ 1.5 |
|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

Other work ran on the machine all the time: the times are to be read side by side only (${rounds} rounds in turn, each in a process of its own, of \`node scripts/bench/training-step.mjs NETWORK BATCH PATCH 3 ${threads} LEARN [checkpointing]\`). Memory does not suffer from that. *Loaded* is what the process held above its start when onnxruntime had loaded the graph, before the first step; a step cannot go below it. The loss after five steps is the same to the last bit.

The forward pass is cut where little crosses; what lies between two cuts is computed again when the backward pass comes to it (Chen et al. 2016). Only what depends on what is learned is, so a frozen encoder is computed once. A copy waits for the gradients that arrive at its segment, by a tensor without elements that is made of them: else onnxruntime would run it along with the forward pass, or merge it with the original.

What misses with the frozen NAFNet is not kept activations: computed again, its live values peak at 89 MiB by a replay of onnxruntime's profile; kept, at 198 by our own estimate (not replayed). Of the rest, 248 MiB are the loaded session (65 MiB of weights, held, laid out anew, and probably what parsing the file leaves in the heap). Some 150 more are taken in a step, for reasons that were not found. Tried and not taken: no arena (8 MiB less); a small \`MALLOC_MMAP_THRESHOLD_\`, which gives back what loading leaves (100 MiB less), but has to be in the environment before the process starts.`,
);

/** @param {[...size: Size, option?: string]} size */
function step([network, batch, patch, learn, ...options]) {
  const script = join(root, 'scripts/bench/training-step.mjs');
  const sizes = [network, batch, patch, 3, threads, learn, ...options].map(String);
  const child = spawnSync(process.execPath, [script, ...sizes], { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(`${sizes.join(' ')}: ${child.stderr}`);
  return JSON.parse(child.stdout.trim().split('\n').at(-1) ?? '');
}
