import { backbonePresets, buildBackbone } from '@pip-graft/backbones';
import { applyGraft, freshAdapter, hostOf, planGraft } from '@pip-graft/graft';
import { modelBytes } from '@pip-graft/onnx-graft';
import { createSession, runModel } from '@pip-graft/runtime';
import { openStepper, trainingGraph } from '@pip-graft/train';
import { type FloatTensor, float32Tensor, Random } from '@pip-graft/weights';
import { afterAll, expect, it } from 'vitest';

const preset = backbonePresets['nafnet-small'];
const config = { ...preset.config, width: 8, encoder: [1, 1], decoder: [1, 1] };
const host = hostOf(buildBackbone({ ...preset, config }, 3));
const random = new Random('position');
const fresh = freshAdapter(host, {
  mode: 'convgate',
  position: 'none',
  labels: ['rain', 'haze'],
  promptChannels: [8],
  promptSize: [4],
  promptStd: 1,
});
// No parameter is zero, unlike a fresh gate.
const tensors = new Map(
  [...fresh.tensors].map(([name, tensor]): [string, FloatTensor] => {
    const size = name.endsWith('.gate') ? 0.5 : 0.1;
    return [name, { ...tensor, data: tensor.data.map((value) => value + size * random.normal()) }];
  }),
);
const adapter = { ...fresh, tensors };
const noise = () => Float32Array.from({ length: 3 * 32 * 32 }, () => 0.5 + 0.2 * random.normal());
const batch = { inputs: noise(), targets: noise(), weights: Float32Array.of(1, 0) };
const options = { batch: 1, patch: 32, loss: 'smooth-l1', angles: 0 } as const;
const stepper = await openStepper(trainingGraph(host, adapter, options));
afterAll(() => stepper.release());

it('trains exactly what is grafted', async () => {
  const session = await createSession(modelBytes(applyGraft(planGraft(host, adapter))));
  const { output } = await runModel(session, {
    input: float32Tensor([1, 3, 32, 32], batch.inputs),
    degradation: float32Tensor([1, 2], batch.weights),
  });
  await session.release();
  const made = output!.data as Float32Array;
  const squares = made.reduce((sum, value, at) => sum + (value - batch.targets[at]!) ** 2, 0);
  const { error } = await stepper.run(batch, tensors);
  expect(error / (squares / made.length)).toBeCloseTo(1, 4);
});

it.each([
  'level1.prompt.low_prompt_param',
  'level1.prompt.outconv.weight',
  'level1.interaction.conv2.weight',
  'level1.prompt.LGM.attn.kv_dwconv.weight',
])('the gradient of %s is the slope of the loss', async (name) => {
  const tensor = tensors.get(name)!;
  const gradient = (await stepper.run(batch, tensors)).gradients.get(name)!.slice();
  const size = Math.hypot(...gradient);
  const reach = 1e-2 * Math.hypot(...tensor.data);
  const lossAt = async (step: number) => {
    const data = tensor.data.map((value, at) => value + (step * gradient[at]!) / size);
    return (await stepper.run(batch, new Map([...tensors, [name, { ...tensor, data }]]))).loss;
  };
  const slope = ((await lossAt(reach)) - (await lossAt(-reach))) / (2 * reach);
  expect(slope / size).toBeCloseTo(1, 1);
});
