// Trains and measures one learner, as a separate process:
// node learn.mjs LEARNER[-long] SEED HOST PHOTOS TEST INTO
// LEARNER 'frozen' measures the unchanged host, 'shipped' the shipped adapter.
// Writes INTO/LEARNER-SEED.json and .safetensors; existing states are not trained again.
process.env.ORT_DISABLE_TELEMETRY = '1';

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHost } from '../../../packages/graft/dist/node/index.js';
import { mainImage, modelBytes } from '../../../packages/onnx-graft/dist/index.js';
import { createSession } from '../../../packages/runtime/dist/index.js';
import { readSafetensors, writeSafetensors } from '../../../packages/weights/dist/index.js';
import { fedHost } from './fed-host.mjs';
import { learners } from './learners.mjs';
import { measure } from './measure.mjs';
import { labels } from './pictures.mjs';
import { longRecipe, recipe as shortRecipe } from './recipe.mjs';
import { restorer } from './restorer.mjs';
import { openShipped } from './shipped.mjs';
import { teach } from './teach.mjs';

const [name, seedText, hostPath, photos, test, into] = process.argv.slice(2);
const seed = Number(seedText);
const recipe = name.endsWith('-long') ? longRecipe : shortRecipe;
const oneHot = (label) => labels.map((_, at) => Number(at === label));
/** How an image is steered if the model takes a label; `blind` does not get the image's label. */
const steered = (found) => ({
  given: ({ label }) => oneHot(label),
  wrong: ({ label }) => oneHot((label + 1) % labels.length),
  blind: found,
});
const host = await openHost(hostPath);
const result = (await { frozen, shipped }[name]?.()) ?? (await taught());
writeFileSync(join(into, `${name}-${seed}.json`), `${JSON.stringify({ name, seed, ...result })}\n`);
host.close();

async function frozen() {
  const session = await createSession(modelBytes(host.model), { threads: 1 });
  const restore = restorer(session, { image: mainImage(host.model) }, {});
  return { ways: await measure(restore, { given: null }, test) };
}

async function shipped() {
  const { restore, found, parameters } = await openShipped();
  return { ways: await measure(restore, steered(found), test), parameters };
}

async function taught() {
  const { make, steer = (row) => row } = learners[name.replace(/-long$/, '')];
  const learner = make(host, seed);
  const file = join(into, `${name}-${seed}.safetensors`);
  if (!existsSync(file)) {
    const start = performance.now();
    const say = (step, psnr) => {
      const seconds = (performance.now() - start) / 1000;
      console.log(`${name} ${seed}: step ${step}, ${psnr.toFixed(2)} dB, ${seconds.toFixed(0)} s`);
    };
    const tensors = await teach(learner, { recipe, seed, photos, steer, say });
    writeFileSync(file, writeSafetensors(tensors));
  }
  const { tensors } = readSafetensors(readFileSync(file), file);
  const { model, feeds } = fedHost(learner, tensors);
  const session = await createSession(modelBytes(model), { threads: 1 });
  const restore = restorer(session, learner, feeds);
  const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  return { ways: await measure(restore, await waysOf(learner, steer), test), parameters };
}

async function waysOf({ steering }, steer) {
  if (!steering) return { given: null };
  if (name === 'pip') return steered((await openShipped()).found);
  return { given: ({ label }) => steer(oneHot(label)) };
}
