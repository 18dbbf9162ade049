import { join } from 'node:path';
import { backbonePresets, buildBackbone } from '@pip-graft/backbones';
import { applyGraft, freshAdapter, hostOf, planGraft } from '@pip-graft/graft';
import { createSession, runModel } from '@pip-graft/runtime';
import type { FloatTensor } from '@pip-graft/weights';
import { float32Tensor } from '@pip-graft/weights';
import { beforeAll, describe, expect, it } from 'vitest';
import { restorerGraph } from '../../src/graph/restorer-graph.ts';
import { hostParameters, readParameters } from '../../src/graph/training-graph.ts';
import { openRestorer } from '../../src/trainer/train-step.ts';
import {
  measureLabels,
  validationPatches,
  validationSet,
} from '../../src/validation/validation-set.ts';
import { chelsea, temporaryFolder, writeGrid } from '../data/support/photos.ts';

const folder = temporaryFolder();
const labels = ['noise', 'fog'];
const pair = { input: join(folder, 'input.png'), target: join(folder, 'target.png') };
beforeAll(async () => {
  await writeGrid(pair.input, 40, 40, 30);
  await writeGrid(pair.target, 40, 40, 81);
});
const images = { photos: [chelsea], pairs: { fog: [pair] }, labels };

describe('validationSet', () => {
  it('has the same eight patches of each label every time', async () => {
    const set = await validationSet(images, 16);
    expect(set.map(({ label }) => label)).toEqual(labels);
    expect(set[1]!.batch.weights).toEqual(Float32Array.from({ length: 16 }, (_, at) => at % 2));
    expect(new Set(set[1]!.batch.files)).toEqual(new Set([pair.target]));
    const again = await validationSet(images, 16);
    expect(again).toEqual(set);
    // Patches differ from one another.
    const { targets } = set[0]!.batch;
    expect(targets.slice(0, 768)).not.toEqual(targets.slice(768, 1536));
  });

  it('omits labels it has no images for, and rejects a set without any', async () => {
    const set = await validationSet({ photos: [chelsea], labels }, 16);
    expect(set.map(({ label }) => label)).toEqual(['noise']);
    expect(set[0]!.batch.weights).toHaveLength(2 * validationPatches);
    await expect(validationSet({ photos: [chelsea], labels: ['fog'] }, 16)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

describe('measureLabels', () => {
  it('averages the PSNR of the patches, clipped to 0 and 1', async () => {
    const set = await validationSet(images, 16);
    const figures = await measureLabels({ run: async ({ inputs }) => inputs }, set, new Map());
    // Only blue differs, by 51 of 255, in one of three planes.
    expect(figures.psnr['fog']).toBeCloseTo(-10 * Math.log10(0.2 ** 2 / 3), 3);
    expect(figures.mean).toBeCloseTo((figures.psnr['fog']! + figures.psnr['noise']!) / 2, 9);
    expect(figures.restored['fog']).toEqual(set[1]!.batch.inputs.slice(0, 768));
    const perfect = { run: async () => set[1]!.batch.targets.map((x) => (x === 0 ? -3 : x)) };
    expect((await measureLabels(perfect, [set[1]!], new Map())).psnr).toEqual({ fog: 80 });
  });
});

describe('restorerGraph', () => {
  const { config } = backbonePresets['nafnet-small'];
  const small = { ...config, width: 8, encoder: [1], decoder: [1] };
  const host = hostOf(buildBackbone({ family: 'nafnet', config: small }, 3));

  it('matches the graft at the parameters it is fed', async () => {
    const made = freshAdapter(host, { labels, attach: 'residual' });
    const tensors = new Map(
      [...made.tensors].map(([name, tensor]): [string, FloatTensor] => [
        name,
        { ...tensor, data: tensor.data.map((value, at) => value + 0.1 * Math.sin(at)) },
      ]),
    );
    const adapter = { ...made, tensors };
    const [, { batch }] = (await validationSet(images, 16)) as [unknown, { batch: never }];
    const { inputs, weights } = batch as { inputs: Float32Array; weights: Float32Array };
    const graph = restorerGraph(host, made, { batch: 8, patch: 16, learn: 'all' });
    const restorer = await openRestorer(graph, { threads: 1 });
    const own = readParameters(host, hostParameters(host, 'all'));
    const restored = await restorer.run(batch, new Map([...tensors, ...own]));
    await restorer.release();
    const session = await createSession(
      applyGraft(planGraft(host, adapter, { allowUnbound: true })),
      { threads: 1 },
    );
    const results = await runModel(session, {
      [session.inputs[0]!.name]: float32Tensor([8, 3, 16, 16], inputs),
      degradation: float32Tensor([8, 2], weights),
      strength: float32Tensor([], [1]),
    });
    await session.release();
    const output = results[session.outputs[0]!.name]!.data as Float32Array;
    const apart = Math.max(...output.map((value, at) => Math.abs(value - restored[at]!)));
    expect(apart).toBeLessThan(1e-5);
    expect(Math.max(...output.map((value, at) => Math.abs(value - inputs[at]!)))).toBeGreaterThan(
      1e-3,
    );
  });
});
