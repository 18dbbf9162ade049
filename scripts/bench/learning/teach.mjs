import { listPhotos } from '../../../packages/train/dist/data/photos.js';
import { figureOf } from '../../../packages/train/dist/graph/emit-loss.js';
import { learnerGraph } from '../../../packages/train/dist/graph/learner-graph.js';
import {
  defaultTrainOptions,
  learned,
  openBatches,
  openStepper,
  startState,
  trainAdapter,
} from '../../../packages/train/dist/index.js';
import { labels } from './pictures.mjs';

/**
 * The tensors that a learner has learned.
 *
 * @param steer the row a sample is trained with, from its original row
 * @param say called every hundred steps with the step and the mean PSNR since
 */
export async function teach(learner, { recipe, seed, photos, steer, say }) {
  const options = { ...defaultTrainOptions, ...recipe, seed };
  const stepper = await openStepper(learnerGraph(learner, options), { threads: 1 });
  const batches = await openBatches({
    photos: await listPhotos(photos),
    labels,
    workers: 1,
    patch: options.patch,
    batch: options.batch,
    seed,
  });
  let last = [];
  const state = await trainAdapter(
    { run: (batch, parameters) => run(stepper, learner, batch, parameters) },
    { next: async () => steered(await batches.next(), steer) },
    startState(learner.tensors, options, { options: {}, host: '', adapter: '' }),
    options,
    {
      onStep({ step, error }) {
        last = [...last.slice(-99), figureOf('psnr', error)];
        if (step % 100 === 0) say(step, last.reduce((sum, value) => sum + value, 0) / last.length);
      },
    },
  );
  await batches.close();
  await stepper.release();
  return learned(state);
}

function steered(batch, steer) {
  const rows = Array.from({ length: batch.weights.length / labels.length }, (_, index) =>
    steer([...batch.weights.subarray(index * labels.length, (index + 1) * labels.length)]),
  );
  return { ...batch, weights: Float32Array.from(rows.flat()) };
}

/** A step; frozen parameters have no gradient, and unread parameters are fed too. */
async function run(stepper, { still = new Set(), unread = new Map() }, batch, parameters) {
  const result = await stepper.run(batch, new Map([...parameters, ...unread]));
  for (const name of still) result.gradients.get(name).fill(0);
  return result;
}
