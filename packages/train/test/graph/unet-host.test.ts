import { buildUnet, initialWeights, unetDefaults, unetParameters } from '@pip-graft/backbones';
import { freshAdapter, hostOf } from '@pip-graft/graft';
import { hostParameters, openStepper, readParameters, trainingGraph } from '@pip-graft/train';
import { type FloatTensor, Random, type TensorMap } from '@pip-graft/weights';
import { expect, it } from 'vitest';

const random = new Random('unet-host');
const config = {
  ...unetDefaults,
  ...{ widths: [4, 6, 8], encoder: [1, 1], middle: 1, decoder: [1, 1] },
};
/** No parameter at zero, or others would have no slope. */
const weights: TensorMap = new Map(
  [...initialWeights(unetParameters(config), 3)].map(([name, { dims, data }]) => {
    const moved: FloatTensor = { dims, data: data.map((value) => value + 0.1 * random.normal()) };
    return [name, moved];
  }),
);

it('a U-Net is learned whole: the gradients of its parameters are the slopes of the loss', async () => {
  const host = hostOf(buildUnet(config, weights));
  const adapter = freshAdapter(host, { mode: 'convgate', labels: ['noise', 'haze'] });
  const options = { batch: 2, patch: 16, loss: 'smooth-l1', angles: 0, learn: 'all' } as const;
  const graph = trainingGraph(host, adapter, options);
  const own = readParameters(host, hostParameters(host, 'all'), undefined);
  expect([...own.keys()].sort()).toEqual([...weights.keys()].sort());

  const parameters: TensorMap = new Map([...adapter.tensors, ...own]);
  const image = () =>
    Float32Array.from({ length: 2 * 3 * 16 * 16 }, () => 0.5 + 0.2 * random.normal());
  const batch = { inputs: image(), targets: image(), weights: Float32Array.of(1, 0, 0, 1) };
  const stepper = await openStepper(graph, { threads: 1 });
  const { gradients, loss } = await stepper.run(batch, parameters);
  const off: string[] = [];
  let checked = 0;
  for (const [name, tensor] of own) {
    const gradient = gradients.get(name)!;
    const size = Math.hypot(...gradient);
    const reach = 3e-3 * Math.hypot(...tensor.data);
    // What float32 can tell of the loss has to be far below the change.
    if (2 * reach * size < 1000 * 2 ** -24 * loss) continue;
    checked++;
    const lossAt = async (step: number): Promise<number> => {
      const data = tensor.data.map((value, at) => value + (step * gradient[at]!) / size);
      return (await stepper.run(batch, new Map([...parameters, [name, { ...tensor, data }]]))).loss;
    };
    const slope = ((await lossAt(reach)) - (await lossAt(-reach))) / (2 * reach);
    if (!(Math.abs(slope / size - 1) < 0.05)) off.push(`${name}: ${slope / size}`);
  }
  expect(off).toEqual([]);
  expect(checked).toBeGreaterThan(20);
  await stepper.release();
});
