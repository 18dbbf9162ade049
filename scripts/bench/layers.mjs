// Every inner tensor of a full-size graft against the CPU: time and memory of the command's layer mode.
// npm run bench -- layers [FILE.onnx …]; the files are measured in addition to the native ones.
process.env.ORT_DISABLE_TELEMETRY = '1';

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openModel } from '../../packages/onnx-graft/dist/node/index.js';
import { compareLayers } from '../../packages/validate/dist/index.js';
import { float32Tensor } from '../../packages/weights/dist/index.js';
import { root, run } from '../install.mjs';
import { writePage } from './measure.mjs';

const side = 128;
const graft = join(root, 'packages/cli/bin/graft.js');
const folder = mkdtempSync(join(tmpdir(), 'graft-bench-'));
const must = (...args) => {
  const { status } = run(process.execPath, [graft, ...args, '--quiet']);
  if (status !== 0) throw new Error(args.join(' '));
};

/**
 * Peak bytes of this process and its workers together, sampled until the returned function is
 * called.
 */
function watchMemory() {
  const peaks = new Map();
  const look = () => {
    const own = `/proc/${process.pid}/task/${process.pid}/children`;
    for (const pid of [process.pid, ...readFileSync(own, 'utf8').trim().split(' ')]) {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
        if (peak !== undefined) peaks.set(pid, Number(peak) * 1024);
      } catch {
        // It has ended.
      }
    }
  };
  const timer = setInterval(look, 100);
  return () => {
    look();
    clearInterval(timer);
    return [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0);
  };
}

async function measure(name, path) {
  const opened = openModel(path);
  const [input] = opened.model.graph.inputs;
  const pixels = Float32Array.from(
    { length: 3 * side * side },
    (_, index) => ((index * 7919) % 1009) / 1009,
  );
  const feeds = { [input.name]: float32Tensor([1, 3, side, side], pixels) };
  const stop = watchMemory();
  const start = performance.now();
  const found = await compareLayers(opened.model, {
    device: 'cpu',
    feeds,
    limit: 1e-3,
    threads: 2,
  });
  const seconds = (performance.now() - start) / 1000;
  const bytes = stop();
  opened.close();
  const worst = Math.max(...found.rows.map(({ relative }) => relative), 0);
  const met = seconds <= 120 && bytes <= 2e9 ? 'met' : '**missed**';
  return `| ${name} | ${opened.model.graph.nodes.length} | ${found.compared} | ${found.slices} | ${seconds.toFixed(0)} | ${(bytes / 1e9).toFixed(2)} | ${met} | ${worst.toExponential(1)} |`;
}

try {
  const rows = [];
  for (const preset of ['nafnet-sidd-w32', 'nafnet-gopro-w64', 'restormer', 'promptir']) {
    const [host, grafted] = [join(folder, 'host.onnx'), join(folder, 'grafted.onnx')];
    must('backbone', 'build', preset, '-o', host);
    must(
      'apply',
      host,
      '--adapter',
      'init:attach=replace,seed=1',
      '--inputs',
      'optional',
      '-o',
      grafted,
    );
    rows.push(await measure(`${preset}, native, grafted`, grafted));
  }
  for (const path of process.argv.slice(3)) rows.push(await measure(basename(path), path));
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  writePage(
    'layers',
    'Comparing every inner tensor',
    'npm run bench -- layers [FILE …]',
    `| model | nodes | tensors compared | slices | seconds | peak GB, all processes | target | worst relative difference |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}

One ${side}x${side} picture, the CPU's optimised kernels against the graph as written, 2 threads, as \`graft validate --layers\` does it; on a GPU the second of three runs of each slice, and the third, are the device's. Target: 2 GB and 120 s on networks of 900 nodes.`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
