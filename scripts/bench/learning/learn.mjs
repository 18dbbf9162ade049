// One learner trained and measured, in a process of its own:
// node learn.mjs LEARNER SEED HOST PHOTOS TEST INTO
// LEARNER 'frozen' measures the host as it is. Writes INTO/LEARNER-SEED.json and .safetensors.
process.env.ORT_DISABLE_TELEMETRY = '1';

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHost } from '../../../packages/graft/dist/node/index.js';
import { mainImage, modelBytes } from '../../../packages/onnx-graft/dist/index.js';
import { createSession } from '../../../packages/runtime/dist/index.js';
import {
  defaultTrainOptions,
  figureOf,
  learned,
  learnerGraph,
  listPhotos,
  openBatches,
  openStepper,
  startState,
  trainAdapter,
} from '../../../packages/train/dist/index.js';
import { readSafetensors, writeSafetensors } from '../../../packages/weights/dist/index.js';
import { fedHost } from './fed-host.mjs';
import { learners } from './learners.mjs';
import { measure } from './measure.mjs';
import { labels } from './pictures.mjs';
import { recipe } from './recipe.mjs';

const [name, seed, hostPath, photoFolder, test, into] = process.argv.slice(2);
const host = openHost(hostPath);
const start = performance.now();
const seconds = () => (performance.now() - start) / 1000;
const result = name === 'frozen' ? await frozen() : await taught();
writeFileSync(join(into, `${name}-${seed}.json`), `${JSON.stringify(result)}\n`);
host.close();

async function frozen() {
  const session = await createSession(modelBytes(host.model), { threads: 1 });
  const ways = { given: null };
  return measured(session, { image: mainImage(host.model) }, {}, ways);
}

async function taught() {
  const { make, steer = (row) => row } = learners[name];
  const learner = make(host, Number(seed));
  const file = join(into, `${name}-${seed}.safetensors`);
  if (!existsSync(file)) writeFileSync(file, writeSafetensors(await teach(learner, steer)));
  const { tensors } = readSafetensors(readFileSync(file), file);
  const { model, feeds } = fedHost(learner, tensors);
  const session = await createSession(modelBytes(model), { threads: 1 });
  const oneHot = (label) => labels.map((_, at) => Number(at === label));
  const ways = learner.steering
    ? {
        given: ({ label }) => steer(oneHot(label)),
        ...(name === 'pip' ? { wrong: ({ label }) => oneHot((label + 1) % labels.length) } : {}),
      }
    : { given: null };
  const measuredWays = await measured(session, learner, feeds, ways);
  const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  return { ...measuredWays, parameters, ...recipe };
}

/** What a learner has learned when it is done. */
async function teach(learner, steer) {
  const options = { ...defaultTrainOptions, ...recipe, seed: Number(seed) };
  const stepper = await openStepper(learnerGraph(learner, options), { threads: 1 });
  const batches = await openBatches({
    ...{ photos: await listPhotos(photoFolder), labels, workers: 1 },
    ...{ patch: options.patch, batch: options.batch, seed: options.seed },
  });
  const steered = {
    async next() {
      const batch = await batches.next();
      const rows = labels.map((_, at) => at);
      const weights = Float32Array.from(
        { length: batch.weights.length },
        (_, at) => steer(rowOf(batch.weights, Math.floor(at / rows.length)))[at % rows.length],
      );
      return { ...batch, weights };
    },
  };
  let last = [];
  const state = await trainAdapter(
    { run: (batch, parameters) => run(stepper, learner, batch, parameters) },
    steered,
    startState(learner.tensors, options, { options: '', host: '', adapter: '' }),
    options,
    {
      onStep(report) {
        last = [...last.slice(-99), figureOf('psnr', report.error)];
        if (report.step % 100 === 0)
          console.log(
            `${name} ${seed}: step ${report.step}, ${mean(last).toFixed(2)} dB, ${seconds().toFixed(0)} s`,
          );
      },
    },
  );
  await batches.close();
  await stepper.release();
  return learned(state);
}

async function measured(session, learner, feeds, ways) {
  const by = await measure(session, learner, feeds, ways, test);
  await session.release();
  return { name, seed: Number(seed), ways: by };
}

/** A step; parameters that stay as they are have no gradient, and what nothing reads is fed all the same. */
async function run(stepper, { still = new Set(), unread = new Map() }, batch, parameters) {
  const result = await stepper.run(batch, new Map([...parameters, ...unread]));
  for (const name of still) result.gradients.get(name).fill(0);
  return result;
}

function rowOf(weights, index) {
  return [...weights.subarray(index * labels.length, (index + 1) * labels.length)];
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
