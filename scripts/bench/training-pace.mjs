// How much of a run of graft train the runtime computes: npm run bench -- training-pace PHOTOS
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { root } from '../install.mjs';
import { writeSection } from './measure.mjs';

const photos = process.argv[3];
if (!photos)
  throw new Error('npm run bench -- training-pace PHOTOS: which folder of clean photos?');
/** @type {[title: string, width: number, steps: number, options: string[]][]} */
const cases = [
  ['NAFNet, width 16, the adapter', 16, 60, []],
  ['NAFNet, width 32, the adapter', 32, 40, []],
  ['NAFNet, width 16, host and all', 16, 30, ['--params', 'all', '--host-output', 'learned.onnx']],
];
const labels = 'noise+rain+haze+blur+low-light';
const folder = mkdtempSync(join(tmpdir(), 'graft-bench-'));
const rows = cases.map(([title, width, steps, options], index) => {
  const host = `host${index}.onnx`;
  graft('backbone', 'build', 'nafnet', '--dim', width, '-o', host);
  const made = graft(
    'train',
    '--host',
    host,
    '--data',
    resolve(photos),
    '-o',
    `adapter${index}`,
    '--adapter',
    `init:labels=${labels}`,
    '--batch',
    4,
    '--patch',
    64,
    '--steps',
    steps,
    ...options,
  );
  const { seconds, patchesPerSecond, runtimeShare } = made;
  return `| ${title} | ${steps} | ${seconds.toFixed(0)} | ${patchesPerSecond.toFixed(1)} | **${(runtimeShare * 100).toFixed(0)} %** ${runtimeShare > 0.9 ? 'met' : '**missed**'} |`;
});
rmSync(folder, { recursive: true });
writeSection(
  'training',
  'How much of a run the runtime computes',
  'npm run bench -- training-pace PHOTOS',
  `| what is learned | steps | s | patches a second | in the runtime, target > 90 % |
|---|---|---|---|---|
${rows.join('\n')}

\`graft train\` with batches of 4 patches of 64 pixels, ${labels.split('+').length} degradations, and as many threads for batches and for the runtime as it takes by default (${availableParallelism()} cores). The time is from the first batch, which is waited for, to the last saved state; what is not in the runtime is that, AdamW, and waiting for batches. Other work ran on the machine all the time: the speeds say little, the shares more, for batches and runtime were held up alike.`,
);

function graft(...args) {
  const bin = join(root, 'packages/cli/bin/graft.js');
  const words = [bin, ...args, '--json', '--quiet'].map(String);
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`graft ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}
