import { readFileSync } from 'node:fs';
import { buildUnet, type UnetConfig } from '@pip-graft/backbones';
import { hostOf } from '@pip-graft/graft';
import { openStepper, trainingGraph } from '@pip-graft/train';
import { readSafetensors } from '@pip-graft/weights';
import { expect, it } from 'vitest';
import { hostParameters, readParameters } from '../../src/graph/training-graph.ts';

// PyTorch's results for a batch: pytorch-reference/make_host_gradient_goldens.py.
const golden = readSafetensors(
  readFileSync(new URL('./goldens/unet.safetensors', import.meta.url)),
);
const config = JSON.parse(golden.metadata['config']!) as UnetConfig;
const tensor = (name: string) => new Float32Array(golden.tensors.get(name)!.data);
const named = (prefix: string) =>
  [...golden.tensors.keys()]
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));

it('trains a whole U-Net: the loss of a step and its gradients match PyTorch', async () => {
  const weights = new Map(
    named('param.').map((name) => [name, golden.tensors.get(`param.${name}`)!]),
  );
  const host = hostOf(buildUnet(config, weights));
  const options = { batch: 2, patch: 16, loss: 'l1', angles: 0, learn: 'all' } as const;
  const own = readParameters(host, hostParameters(host, 'all'));
  expect([...own.keys()].sort()).toEqual([...weights.keys()].sort());
  const stepper = await openStepper(trainingGraph(host, null, options), { threads: 1 });
  const { loss, gradients } = await stepper.run(
    {
      inputs: tensor('input.image').slice(),
      targets: tensor('input.target').slice(),
      weights: Float32Array.of(1, 1),
    },
    own,
  );
  await stepper.release();
  expect(Math.abs(loss / tensor('output.loss')[0]! - 1)).toBeLessThan(1e-6);
  const learned = named('output.gradient.');
  expect(learned.sort()).toEqual([...weights.keys()].sort());
  for (const name of learned) {
    const expected = tensor(`output.gradient.${name}`);
    const off = Math.hypot(...gradients.get(name)!.map((value, i) => value - expected[i]!));
    expect(off / Math.hypot(...expected), name).toBeLessThan(1e-5);
  }
});
