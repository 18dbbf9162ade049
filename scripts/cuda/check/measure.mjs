// measure.mjs HOST GRAFTED DEVICE DEVICE_ID SIDES LIMIT: parity with the CPU, which provider ran which
// nodes, and the time of a grafted network against its host. Prints one JSON result.
process.env.ORT_DISABLE_TELEMETRY = '1';

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRuntime, measureLatency } from '../../../packages/runtime/dist/index.js';
import { fromFloat16, toFloat16 } from '../../../packages/weights/dist/index.js';

const [host, grafted, device, deviceId, sideList, limitText] = process.argv.slice(2);
const sides = sideList.split(',').map(Number);
const limit = Number(limitText);
/** Elements above which a float output on the CPU is work that the device should have done. */
const sizeable = 64;
const ort = await loadRuntime();
const temporary = mkdtempSync(join(tmpdir(), 'graft-measure-'));

try {
  const models = { host, grafted };
  const parity = {};
  const placement = {};
  for (const [side, path] of Object.entries(models)) {
    parity[side] = gap(await output(path, 'cpu'), await output(path, device, side));
    placement[side] = placementOf(side);
  }
  const latency = [];
  const sessions = { host: await open(host, device), grafted: await open(grafted, device) };
  for (const size of sides) {
    try {
      const tasks = Object.values(sessions).map((session) => {
        const feeds = feedsFor(session, size);
        return () => session.run(feeds);
      });
      const [first, second] = await measureLatency(tasks, {
        warmUp: 3,
        repeats: device === 'cuda' ? 30 : 6,
      });
      latency.push({
        side: size,
        host: summary(first),
        grafted: summary(second),
        ratio: second.median / first.median,
      });
    } catch (error) {
      latency.push({ side: size, fault: error.message.slice(0, 300) });
    }
  }
  const memory = deviceMemory();
  for (const session of Object.values(sessions)) await session.release();
  const onDevice = Object.values(placement).every(({ fallbacks }) => fallbacks.length === 0);
  const faults = [
    ...Object.entries(parity)
      .filter(([, { relative }]) => !(relative <= limit))
      .map(([side, { relative }]) => `${side}: error ${relative} over ${limit}`),
    ...(onDevice ? [] : ['nodes with a sizeable output ran on the CPU']),
    ...latency.filter(({ fault }) => fault).map(({ side, fault }) => `${side}x${side}: ${fault}`),
  ];
  console.log(
    JSON.stringify({
      limit,
      parity,
      placement,
      latency,
      ...(memory === undefined ? {} : { deviceMemoryMiB: memory }),
      faults,
    }),
  );
  if (faults.length > 0) {
    console.error(faults.join('; '));
    process.exitCode = 1;
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

function open(path, where, profile) {
  return ort.InferenceSession.create(path, {
    // The reference keeps every rounding of the graph as written.
    graphOptimizationLevel: where === 'cpu' && device !== 'cpu' ? 'basic' : 'all',
    logSeverityLevel: 3,
    ...(where === 'cpu'
      ? {}
      : {
          executionProviders: [
            { name: where, ...(where === 'cuda' ? { deviceId: Number(deviceId) } : {}) },
          ],
        }),
    ...(profile ? { enableProfiling: true, profileFilePrefix: join(temporary, profile) } : {}),
  });
}

/** The output on a small picture, as float32. */
async function output(path, where, profile) {
  const session = await open(path, where, profile);
  try {
    const results = await session.run(feedsFor(session, 64));
    return floats(results[session.outputNames[0]]);
  } finally {
    await session.release();
  }
}

/** A picture of that side and one label, in the types the inputs want. */
function feedsFor(session, side) {
  const feeds = {};
  for (const { name, type, shape } of session.inputMetadata) {
    const dims =
      shape.length === 4
        ? [1, typeof shape[1] === 'number' ? shape[1] : 3, side, side]
        : shape.map((dim) => (typeof dim === 'number' ? dim : 1));
    const count = dims.reduce((product, dim) => product * dim, 1);
    const values = Array.from({ length: count }, (_, index) => {
      if (dims.length === 4) return ((index * 7919) % 1009) / 1009;
      return dims.length === 2 ? Number(index === 0) : 1;
    });
    feeds[name] = new ort.Tensor(
      type,
      type === 'float16' ? toFloat16(Float32Array.from(values)) : Float32Array.from(values),
      dims,
    );
  }
  return feeds;
}

function floats({ type, data }) {
  return type === 'float16' ? fromFloat16(data) : data;
}

function gap(reference, seen) {
  let [worst, sum, peak, finite] = [0, 0, 0, true];
  for (let index = 0; index < reference.length; index++) {
    const difference = Math.abs(reference[index] - seen[index]);
    if (!Number.isFinite(seen[index])) finite = false;
    worst = Math.max(worst, difference);
    sum += difference;
    peak = Math.max(peak, Math.abs(reference[index]));
  }
  return {
    maxAbs: worst,
    meanAbs: sum / reference.length,
    relative: finite ? worst / peak : 'not finite',
  };
}

/** Nodes by provider in the profile of one session, and the float nodes that should not be on the CPU. */
function placementOf(prefix) {
  const file = readdirSync(temporary).find((name) => name.startsWith(`${prefix}_`));
  if (file === undefined) return { nodes: {}, copies: 0, fallbacks: [] };
  const events = JSON.parse(readFileSync(join(temporary, file), 'utf8'));
  const nodes = {};
  const fallbacks = [];
  let copies = 0;
  for (const { cat, name, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue;
    nodes[args.provider] = (nodes[args.provider] ?? 0) + 1;
    if (/^Memcpy/.test(args.op_name)) copies++;
    if (device === 'cpu' || args.provider !== 'CPUExecutionProvider') continue;
    const shapes = args.output_type_shape ?? [];
    const large = shapes.some((shape) =>
      Object.entries(shape).some(
        ([type, dims]) =>
          /^(float|double|bfloat)/.test(type) &&
          dims.reduce((product, dim) => product * dim, 1) > sizeable,
      ),
    );
    if (large) fallbacks.push({ node: name.replace(/_kernel_time$/, ''), opType: args.op_name });
  }
  return { nodes, copies, fallbacks };
}

function summary({ median, spread, fastest }) {
  return { median, spread, fastest };
}

/** MiB in use on the card with both sessions loaded; undefined without nvidia-smi. */
function deviceMemory() {
  if (device !== 'cuda') return undefined;
  const { stdout } = spawnSync(
    'nvidia-smi',
    ['--query-gpu=memory.used', '--format=csv,noheader,nounits', '-i', deviceId],
    { encoding: 'utf8', timeout: 10_000 },
  );
  const used = Number.parseInt(stdout ?? '', 10);
  return Number.isFinite(used) ? used : undefined;
}
