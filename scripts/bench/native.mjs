// A natively built Restormer against a traced export of the same weights: nodes, load and run time.
// The export comes from `python pytorch-reference/export.py --full DIR`; npm run bench -- native DIR
process.env.ORT_DISABLE_TELEMETRY = '1';

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backbonePresets, buildBackbone } from '../../packages/backbones/dist/index.js';
import { difference } from '../../packages/imaging/dist/index.js';
import { openModel, saveModel } from '../../packages/onnx-graft/dist/node/index.js';
import { createSession, runModel } from '../../packages/runtime/dist/index.js';
import { float32Tensor, readSafetensors } from '../../packages/weights/dist/index.js';
import { inTurn, median, spread, writePage } from './measure.mjs';

const exports = process.argv[3];
if (!exports || !existsSync(join(exports, 'restormer.onnx'))) {
  console.error(
    'Give the folder that `python pytorch-reference/export.py --full DIR` wrote: npm run bench -- native DIR',
  );
  process.exit(2);
}
const threads = 2;
const folder = mkdtempSync(join(tmpdir(), 'graft-bench-'));
const traced = join(exports, 'restormer.onnx');
try {
  const { tensors } = readSafetensors(readFileSync(join(exports, 'restormer.safetensors')));
  const rows = [];
  for (const opset of [17, 20]) {
    const native = join(folder, `native-${opset}.onnx`);
    await saveModel(buildBackbone(backbonePresets.restormer, tensors, { opset }), native);
    const nodes = [native, traced].map((path) => {
      const opened = openModel(path);
      const count = opened.model.graph.nodes.length;
      opened.close();
      return count;
    });
    const load = (path) => async () => {
      const start = performance.now();
      const session = await createSession(path, { threads });
      const milliseconds = performance.now() - start;
      await session.release();
      return milliseconds;
    };
    const loads = await inTurn(5, load(native), load(traced));
    const sessions = [
      await createSession(native, { threads }),
      await createSession(traced, { threads }),
    ];
    const side = 128;
    const image = float32Tensor(
      [1, 3, side, side],
      Float32Array.from({ length: 3 * side * side }, (_, index) => ((index * 7919) % 1009) / 1009),
    );
    const outputs = [];
    const time = (which, input) => async () => {
      const start = performance.now();
      const result = await runModel(sessions[which], { [input]: image });
      outputs[which] = result.output;
      return performance.now() - start;
    };
    const times = await inTurn(11, time(0, 'input'), time(1, 'image'));
    const { maxAbs, peak } = difference(outputs[0], outputs[1]);
    const ratios = (series) => series.a.map((value, run) => value / series.b[run]);
    for (const session of sessions) await session.release();
    const verdict = (list, limit) => (median(list) <= limit ? 'met' : '**missed**');
    rows.push(
      `| ${opset} | nodes | ${nodes[0]} | ${nodes[1]} | ${(nodes[0] / nodes[1]).toFixed(2)} | |`,
      `| ${opset} | load ms | ${spread(loads.a, 0)} | ${spread(loads.b, 0)} | **${spread(ratios(loads))}** | ≤ 0.25 ${verdict(ratios(loads), 0.25)} |`,
      `| ${opset} | run ms at ${side}x${side} | ${spread(times.a, 0)} | ${spread(times.b, 0)} | **${spread(ratios(times))}** | ≤ 0.9 ${verdict(ratios(times), 0.9)} |`,
      `| ${opset} | largest difference of the outputs | ${maxAbs.toExponential(1)} | (peak ${peak.toFixed(2)}) | | |`,
    );
  }
  writePage(
    'native',
    'A native Restormer against a traced one',
    'npm run bench -- native DIR',
    `| native opset | | native | traced | ratio, run by run | target |
|---|---|---|---|---|---|
${rows.join('\n')}

The same weights (full size, dim 48). The traced file is PyTorch's TorchScript export at opset 16 with free sizes, made by \`python pytorch-reference/export.py --full DIR\` (PyTorch 2.15; the 1.13 export that the project's notes describe has 12,014 nodes). onnxruntime on the CPU, ${threads} threads, optimisation level all, taken in turn.`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
