// The shipped adapter on public test pairs and synthetic degradations:
// npm run bench -- default-adapter TEST
// TEST: the folder that scripts/bench/learning/pictures.mjs describes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  applyGraft,
  openHost,
  planGraft,
  readAdapter,
  saveModel,
} from '../../packages/graft/dist/node/index.js';
import { amounts } from '../../packages/imaging/dist/index.js';
import { evaluate, findTasks } from '../../packages/validate/dist/index.js';
import { root } from '../install.mjs';
import { present } from '../present.mjs';
import { writePage } from './measure.mjs';

/** @import { SyntheticDegradation } from '../../packages/validate/dist/index.js' */

const test = process.argv[3] && resolve(process.argv[3]);
if (!test) throw new Error('npm run bench -- default-adapter TEST: a folder of public test sets.');
const folder = mkdtempSync(join(tmpdir(), 'graft-bench-'));
const usual = (degradation) => amounts[degradation].usual;
/** @type {[label: string, name: string, folder: string, degrade?: SyntheticDegradation][]} */
const sets = [
  ['noise', 'Kodak, σ 15', 'clean/kodak24', { degradation: 'noise', amount: 15 }],
  ['noise', 'Kodak, σ 25', 'clean/kodak24', { degradation: 'noise', amount: 25 }],
  ['noise', 'Kodak, σ 50', 'clean/kodak24', { degradation: 'noise', amount: 50 }],
  ['rain', 'Kodak, made', 'clean/kodak24', { degradation: 'rain', amount: usual('rain') }],
  ['haze', 'Kodak, made', 'clean/kodak24', { degradation: 'haze', amount: usual('haze') }],
  ['blur', 'Kodak, made', 'clean/kodak24', { degradation: 'blur', amount: usual('blur') }],
  [
    'low-light',
    'Kodak, made',
    'clean/kodak24',
    { degradation: 'low-light', amount: usual('low-light') },
  ],
  ['rain', 'Rain100L', 'derain/rain100l'],
  ['haze', 'SOTS outdoor', 'dehaze/sots-outdoor10'],
  ['blur', 'GoPro', 'deblur/gopro6'],
  ['low-light', 'LOL eval15', 'lowlight/lol-eval15'],
];
try {
  const host = await openHost(join(root, 'packages/backbone-nafnet-tiny/model.onnx'));
  const adapter = readAdapter(join(root, 'packages/adapter-nafnet-tiny'), { only: true });
  const model = join(folder, 'grafted.onnx');
  await saveModel(applyGraft(planGraft(host, adapter)), model);
  const rows = [];
  for (const [label, name, data, degrade] of sets) {
    const how = degrade ? { degrade: [degrade] } : {};
    const { tasks } = await findTasks(join(test, data), how);
    const {
      average,
      problems,
      tasks: done,
    } = await evaluate({ model, tasks, degradation: { [label]: 1 } });
    if (problems.length > 0) throw new Error(problems[0].reason);
    const { input, host: before, grafted: after } = present(average, `${name}: the average`);
    const grafted = present(after, `${name}: the graft`);
    const gain = grafted.psnr - before.psnr;
    const images = done.reduce((sum, task) => sum + task.images.length, 0);
    const cells = [input, before, grafted].map(
      ({ psnr, ssim }) => `${psnr.toFixed(2)} / ${ssim.toFixed(3)}`,
    );
    rows.push(
      `| ${label} | ${name} | ${images} | ${cells.join(' | ')} | ${gain < 0 ? '−' : '+'}${Math.abs(gain).toFixed(2)} |`,
    );
    console.log(rows.at(-1));
  }
  host.close();
  writePage(
    'default-adapter',
    'The adapter that ships',
    'npm run bench -- default-adapter TEST',
    `| label | images | | degraded | host | grafted | gain in dB |
|---|---|---|---|---|---|---|
${rows.join('\n')}

\`@pip-graft/adapter-nafnet-tiny\` on \`@pip-graft/backbone-nafnet-tiny\`, both float16 as they ship, label given, whole images; PSNR in dB / SSIM, RGB. Made degradations are those of \`graft eval --degrade\`, which are not those of training; public pairs are further from it. None of these photos was trained on.`,
    '',
  );
} finally {
  rmSync(folder, { recursive: true });
}
