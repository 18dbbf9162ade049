// measure.mjs HOST GRAFTED DEVICE DEVICE_ID SIDES LIMIT: parity with the CPU, which provider ran which
// nodes, and the time of a grafted network against its host. Prints one JSON result.
process.env.ORT_DISABLE_TELEMETRY = '1';

import { gap } from '../../../packages/imaging/dist/index.js';
import { openModel } from '../../../packages/onnx-graft/dist/node/index.js';
import {
  createSession,
  deviceMemory,
  measureLatency,
  profileRun,
  readyFeeds,
  runModel,
  summariseProfile,
} from '../../../packages/runtime/dist/index.js';
import { float32Tensor, toFloat32 } from '../../../packages/weights/dist/index.js';

/** @import { Device, SessionOptions } from '../../../packages/runtime/dist/index.js' */

const [host, grafted, deviceName, deviceId, sideList, limitText] = process.argv.slice(2);
const device = /** @type {Device} */ (deviceName);
const sides = sideList.split(',').map(Number);
const limit = Number(limitText);
const where = { device, deviceId: Number(deviceId), strict: false };

const before = await deviceMemory(where);
const parity = {};
const placement = {};
for (const [side, path] of Object.entries({ host, grafted })) {
  const wanted = await output(path, { device: 'cpu', optimisation: 'disabled' });
  const { psnr, maxAbs, meanAbs, relative, cosine } = gap(await output(path, where), wanted);
  // JSON has no NaN.
  const shown = Number.isFinite(relative) ? relative : 'not finite';
  parity[side] = { maxAbs, meanAbs, relative: shown, psnr, cosine };
  placement[side] = await placed(path);
}
const sessions = {
  host: await createSession(host, where),
  grafted: await createSession(grafted, where),
};
const latency = [];
for (const side of sides) {
  try {
    const timers = Object.values(sessions).map((session) => {
      const feeds = readyFeeds(session, feedsFor(session, side));
      return (runs) => session.time(feeds, runs);
    });
    const repeats = device === 'cuda' ? 30 : 6;
    const [first, second] = await measureLatency(timers, { warmUp: 3, repeats });
    const ratio = second.median / first.median;
    latency.push({ side, host: summary(first), grafted: summary(second), ratio });
  } catch (error) {
    latency.push({ side, fault: /** @type {Error} */ (error).message.slice(0, 300) });
  }
}
const after = await deviceMemory(where);
for (const session of Object.values(sessions)) await session.release();
const faults = [
  ...Object.entries(parity)
    .filter(([, { relative }]) => !(relative <= limit))
    .map(([side, { relative }]) => `${side}: error ${relative} over ${limit}`),
  ...Object.entries(placement)
    .filter(([, { evidence }]) => device !== 'cpu' && evidence === 'none')
    .map(([side]) => `${side}: nodes with a sizeable output ran on the CPU`),
  ...latency.filter(({ fault }) => fault).map(({ side, fault }) => `${side}x${side}: ${fault}`),
];
const memory =
  after === undefined || before === undefined
    ? {}
    : { deviceMemoryMiB: Math.round((after - before) / 2 ** 20) };
console.log(JSON.stringify({ limit, parity, placement, latency, ...memory, faults }));
if (faults.length > 0) {
  console.error(faults.join('; '));
  process.exitCode = 1;
}

/**
 * The image output on a small image, as float32.
 *
 * @param {string} path
 * @param {SessionOptions} options
 */
async function output(path, options) {
  const session = await createSession(path, options);
  try {
    const { name } = session.outputs[0];
    return toFloat32((await runModel(session, feedsFor(session, 64), [name]))[name]);
  } finally {
    await session.release();
  }
}

async function placed(path) {
  const opened = openModel(path);
  const { opsets } = opened.model;
  opened.close();
  const session = await createSession(path, { device: 'cpu', optimisation: 'disabled' });
  const feeds = feedsFor(session, 64);
  await session.release();
  const { nodes, strict } = await profileRun(path, feeds, where);
  const summary = summariseProfile(nodes, device, { opsets, dynamic: false });
  return {
    ...summary,
    evidence: strict && summary.evidence !== 'none' ? 'strict' : summary.evidence,
  };
}

/** An image with that side, and one label. */
function feedsFor(session, side) {
  return Object.fromEntries(
    session.inputs.map(({ name, dims: shape }) => {
      const dims =
        shape.length === 4
          ? [1, typeof shape[1] === 'number' ? shape[1] : 3, side, side]
          : shape.map((dim) => (typeof dim === 'number' ? dim : 1));
      const count = dims.reduce((product, dim) => product * dim, 1);
      const values = Float32Array.from({ length: count }, (_, index) => {
        if (dims.length === 4) return ((index * 7919) % 1009) / 1009;
        return dims.length === 2 ? Number(index === 0) : 1;
      });
      return [name, float32Tensor(dims, values)];
    }),
  );
}

function summary({ median, spread, fastest }) {
  return { median, spread, fastest };
}
