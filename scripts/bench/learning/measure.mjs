import { float32Tensor, psnr, runModel } from '../../../packages/runtime/dist/index.js';
import { labels, pictures } from './pictures.mjs';

/**
 * Mean PSNR in dB of each set by label, of what a session makes of the pictures.
 *
 * @param ways by name, how a picture is steered: (picture) => row, or null for a model that takes none
 * @param feeds what is fed beside the picture
 * @returns by way, by set, a number for each label
 */
export async function measure(session, learner, feeds, ways, folder) {
  const sums = new Map();
  for await (const picture of pictures(folder)) {
    const { set, label, input, target } = picture;
    const image = float32Tensor([1, 3, input.height, input.width], input.data);
    for (const [way, steer] of Object.entries(ways)) {
      const row = steer && (await steer(picture));
      const made = await runModel(session, {
        ...feeds,
        [learner.image.name]: image,
        ...(row ? steering(learner, row) : {}),
      });
      const [output] = Object.values(made);
      const data = output.data.map((value) => Math.min(1, Math.max(0, value)));
      const key = `${way}/${set}/${label}`;
      const { sum, count } = sums.get(key) ?? { sum: 0, count: 0 };
      const quality = psnr({ ...target, data }, target);
      sums.set(key, { sum: sum + quality, count: count + 1 });
    }
  }
  const mean = (key) => sums.get(key).sum / sums.get(key).count;
  const bySet = (way) =>
    Object.fromEntries(
      ['public', 'made'].map((set) => [
        set,
        labels.map((_, label) => mean(`${way}/${set}/${label}`)),
      ]),
    );
  return Object.fromEntries(Object.keys(ways).map((way) => [way, bySet(way)]));
}

function steering({ steering }, row) {
  return {
    [steering.degradation]: float32Tensor([1, row.length], Float32Array.from(row)),
    [steering.strength]: float32Tensor([], Float32Array.of(1)),
  };
}
