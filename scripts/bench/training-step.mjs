// Times training steps in a separate process:
// node training-step.mjs NETWORK BATCH PATCH STEPS THREADS [pip|all] [checkpointing] [PROFILE]
// Prints one JSON line, as pytorch-reference/time_training.py does for PyTorch.
process.env.ORT_DISABLE_TELEMETRY = '1';

import { backbonePresets, buildBackbone, withDim } from '../../packages/backbones/dist/index.js';
import { freshAdapter, hostOf } from '../../packages/graft/dist/index.js';
import { nodeSha256 } from '../../packages/graft/dist/node/index.js';
import { hostParameters, readParameters } from '../../packages/train/dist/graph/training-graph.js';
import { openStepper, trainingGraph } from '../../packages/train/dist/index.js';
import { createAdamW, stepAdamW } from '../../packages/train/dist/optimise/adamw.js';
import { Random } from '../../packages/weights/dist/index.js';
import { median } from './measure.mjs';

const [network, ...sizes] = process.argv.slice(2, 7);
const [batch, patch, steps, threads] = sizes.map(Number);
const options = process.argv.slice(7);
const checkpointing = options.includes('checkpointing');
const learn = options.includes('all') ? 'all' : 'pip';
const profile = options.find((option) => !['pip', 'all', 'checkpointing'].includes(option));
const networks = {
  nafnet16: [backbonePresets.nafnet, 16, 'convgate'],
  nafnet32: [backbonePresets.nafnet, 32, 'convgate'],
  restormer24: [backbonePresets.restormer, 24, 'pip_cross_topm'],
};
const warmUp = 2;
const labels = ['noise', 'rain', 'haze', 'blur', 'dark'];
const random = new Random('training');
const noise = (count, mean, spread) =>
  Float32Array.from({ length: count }, () => mean + spread * random.normal());

/** Graph and parameters; all else can be freed, because nothing later needs it. */
function prepared() {
  const [preset, dim, mode] = networks[network];
  const host = hostOf(buildBackbone(withDim(preset, dim), 0), { newHash: nodeSha256 });
  const adapter = freshAdapter(host, { mode, attach: 'residual', labels, seed: 1 });
  // A fresh gate is zero, and so would be most gradients; these values are as after some steps.
  for (const { data } of adapter.tensors.values())
    for (let at = 0; at < data.length; at++) data[at] += 0.01 * random.normal();
  const atStart = peakMib();
  const size = { batch, patch, loss: /** @type {const} */ ('smooth-l1'), angles: 2e-5 };
  const graph = trainingGraph(host, adapter, { ...size, learn, checkpointing });
  const own = readParameters(host, hostParameters(host, learn));
  return { graph, parameters: new Map([...adapter.tensors, ...own]), atStart };
}

function peakMib() {
  return process.resourceUsage().maxRSS / 1024;
}

const count = batch * 3 * patch * patch;
const data = {
  inputs: noise(count, 0.5, 0.2),
  targets: noise(count, 0.5, 0.2),
  weights: Float32Array.from({ length: batch * labels.length }, (_, at) =>
    Number(at % labels.length === Math.floor(at / labels.length) % labels.length),
  ),
};
const { graph, parameters, atStart } = prepared();
const stepper = await openStepper(graph, { threads, ...(profile ? { profile } : {}) });
const loaded = peakMib();
const floats = new Map([...parameters].map(([name, tensor]) => [name, tensor.data]));
const state = createAdamW({ weightDecay: 1e-4 });
const taken = [];
let loss = 0;
for (let step = 0; step < warmUp + steps; step++) {
  const start = performance.now();
  const result = await stepper.run(data, parameters);
  stepAdamW(state, floats, result.gradients, 1e-4);
  taken.push(performance.now() - start);
  loss = result.loss;
}
await stepper.release();
const after = taken.slice(warmUp);
console.log(
  JSON.stringify({
    network,
    batch,
    patch,
    steps,
    threads,
    checkpointing,
    loss,
    adapter_parameters: [...floats.values()].reduce((sum, { length }) => sum + length, 0),
    step_ms: median(after),
    fastest_ms: Math.min(...after),
    start_mib: atStart,
    loaded_mib: loaded,
    peak_mib: peakMib(),
  }),
);
