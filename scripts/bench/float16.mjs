// Full networks in float16 against the same in float32, on photos: how close, how large.
// Photos: those of FOLDER, the first six by name, and assets/chelsea.jpg; npm run bench -- float16 [FOLDER]
process.env.ORT_DISABLE_TELEMETRY = '1';

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { backbonePresets, buildBackbone } from '../../packages/backbones/dist/index.js';
import { applyGraft, freshAdapter, hostOf, planGraft } from '../../packages/graft/dist/index.js';
import { nodeSha256, saveModel } from '../../packages/graft/dist/node/index.js';
import { convertPrecision } from '../../packages/onnx-graft/dist/index.js';
import { readImage } from '../../packages/restore/dist/index.js';
import { createSession, runModel } from '../../packages/runtime/dist/index.js';
import { float32Tensor } from '../../packages/weights/dist/index.js';
import { root } from '../install.mjs';
import { present } from '../present.mjs';
import { writePage } from './measure.mjs';

const given = process.argv[3];
const side = 256;
const target = 60;
const photos = [
  join(root, 'assets/chelsea.jpg'),
  ...(given
    ? readdirSync(given)
        .filter((name) => /\.(png|jpe?g)$/i.test(name))
        .sort()
        .slice(0, 6)
        .map((name) => join(given, name))
    : []),
];
const images = await Promise.all(photos.map(async (path) => crop(await readImage(path))));
const folder = mkdtempSync(join(tmpdir(), 'graft-bench-'));
const rows = [];
try {
  for (const [preset, title] of [
    ['nafnet-sidd-w32', 'NAFNet, width 32 (SIDD)'],
    ['restormer', 'Restormer, dim 48'],
    ['promptir', 'PromptIR, dim 48'],
  ]) {
    const model = buildBackbone(backbonePresets[preset], 0);
    const host = hostOf(model, { newHash: nodeSha256 });
    const adapter = freshAdapter(host, { attach: 'replace', seed: 1 });
    const half = hostOf(convertPrecision(model), { newHash: nodeSha256 });
    for (const [form, whole, rounded] of [
      ['host', model, half.model],
      [
        'grafted',
        applyGraft(planGraft(host, adapter)),
        applyGraft(planGraft(half, adapter, { allowUnbound: true })),
      ],
    ]) {
      const labels = form === 'grafted' ? adapter.config.labels.length : 0;
      const a = await run(join(folder, 'whole.onnx'), whole, labels);
      const b = await run(join(folder, 'half.onnx'), rounded, labels);
      const psnrs = a.outputs.map((output, at) => psnr(output, b.outputs[at]));
      const worst = Math.min(...psnrs);
      const verdict = worst >= target ? 'met' : '**missed**';
      const mean = psnrs.reduce((sum, each) => sum + each, 0) / psnrs.length;
      const sizes = `${mega(a.bytes)} | ${mega(b.bytes)} | **${(b.bytes / a.bytes).toFixed(3)}**`;
      rows.push(
        `| ${title} | ${form} | ${mean.toFixed(1)} | **${worst.toFixed(1)}** | ≥ ${target} ${verdict} | ${sizes} |`,
      );
      console.log(rows.at(-1));
    }
  }
  const names = photos.map((path) => `\`${basename(path)}\``).join(', ');
  writePage(
    'float16',
    'Full networks in float16',
    `npm run bench -- float16${given ? ' FOLDER' : ''}`,
    `| network | | dB, mean | dB, worst photo | target | MB float32 | MB float16 | ratio |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}

dB is the PSNR between the raw outputs of the float16 file and of the float32 file, peak 1, not clipped, on the middle ${side}x${side} pixels of ${photos.length} photos: ${names}${given ? ' (Kodak)' : ''}. Grafted: an adapter for five degradations, attached as \`replace\`, each photo with another label alone. What depends on the label and not on the photo (prompt-to-prompt, with the prompts themselves) stays float32: it is computed once a run, and is most of what an adapter weighs, so a grafted file is a little over half.

What these figures do not say:

- The weights are random, from a seed, for the networks' own may not be shipped. A trained network changes a photo less than a random one does, and its weights are spread differently. \`"gates": { "parity": { "psnr": 60 } }\` in \`graft.config.json\` measures yours.
- onnxruntime's CPU provider has hardly any float16 kernels: it casts to float32 around each operator and rounds each result. So the rounding is the real one, operator by operator, and times on a CPU say nothing: there float16 saves space only.`,
    '',
  );
} finally {
  rmSync(folder, { recursive: true });
}

async function run(path, model, labels) {
  await saveModel(model, path);
  const bytes = statSync(path).size;
  const session = await createSession(path, { threads: 2 });
  const isImage = ({ name }) => name !== 'degradation' && name !== 'strength';
  const input = present(session.inputs.find(isImage), 'the image input').name;
  const outputs = [];
  for (const [at, image] of images.entries()) {
    const feeds = { [input]: image };
    if (labels > 0) {
      const weights = Float32Array.from({ length: labels }, (_, label) =>
        Number(label === at % labels),
      );
      feeds.degradation = float32Tensor([1, labels], weights);
    }
    const result = await runModel(session, feeds);
    outputs.push(Object.values(result)[0].data);
  }
  await session.release();
  return { bytes, outputs };
}

/** The middle of a photo as a tensor. */
function crop({ width, height, data }) {
  const [left, top] = [(width - side) >> 1, (height - side) >> 1];
  const out = Float32Array.from({ length: 3 * side * side }, (_, at) => {
    const x = left + (at % side);
    const y = top + (Math.floor(at / side) % side);
    return data[Math.floor(at / side / side) * width * height + y * width + x];
  });
  return float32Tensor([1, 3, side, side], out);
}

function psnr(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return -10 * Math.log10(sum / a.length);
}

function mega(bytes) {
  return (bytes / 1e6).toFixed(1);
}
