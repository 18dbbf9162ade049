// Loads a model, runs it twice and prints how far memory rose at its peak.
// A process of its own, because memory that a session gave back to its
// allocator would otherwise hide what the next one needs.
//
// node peak-memory.mjs MODEL '{"name":"input","type":"float32","dims":[1,3,128,128],"threads":2}'
import { readFileSync } from 'node:fs';
import process from 'node:process';

// Before the library is loaded; see session/load-runtime.ts.
process.env.ORT_DISABLE_TELEMETRY ??= '1';
const { default: ort } = await import('onnxruntime-node');

const [model, settings] = process.argv.slice(2);
const { name, type, dims, threads } = JSON.parse(settings);
ort.env.logLevel = 'fatal';

/** Bytes. The kernel's own mark where there is one: ru_maxrss also counts the parent's pages at fork. */
function peak() {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

// The parent wants the reason, not a stack.
process.on('uncaughtException', (error) => {
  process.stderr.write(error.message);
  process.exit(1);
});

const before = peak();
const session = await ort.InferenceSession.create(model, {
  graphOptimizationLevel: 'all',
  ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
});
const size = dims.reduce((product, dim) => product * dim, 1);
// 0x3800 is 0.5 in float16.
const data =
  type === 'float16' ? new Uint16Array(size).fill(0x3800) : new Float32Array(size).fill(0.5);
for (let run = 0; run < 2; run++) {
  await session.run({ [name]: new ort.Tensor(type, data, dims) });
}
console.log(JSON.stringify({ bytes: peak() - before }));
