import { fileURLToPath } from 'node:url';
import { freshAdapter } from '@pip-graft/graft';
import { openHost } from '@pip-graft/graft/node';
import { full } from '@pip-graft/test-utils';
import { defaultTrainOptions, openStepper, trainingGraph } from '@pip-graft/train';
import { Random } from '@pip-graft/weights';
import { afterAll, describe, expect, it } from 'vitest';
import { hostParameters, readParameters } from '../../packages/train/src/graph/training-graph.ts';
import { fixtures, isHalf, isQuantised } from './fixture.ts';

const options = { ...defaultTrainOptions, batch: 1, patch: 16, learn: 'all' } as const;
const labels = ['rain', 'haze'];
// Modules are the same in every export: one is enough, except with `npm run test:full`.
const sites = full ? undefined : '1';
const random = new Random('trained');
const picture = () => Float32Array.from({ length: 3 * 16 * 16 }, () => random.uniform(0, 1));
const batch = { inputs: picture(), targets: picture(), weights: Float32Array.of(0.25, 0.75) };

/** Loss and gradient norms of adapter and host, for every export of a network. */
const found = new Map<string, { file: string; figures: Record<string, number> }[]>();

const trainable = fixtures.filter(
  (fixture) =>
    !isHalf(fixture) &&
    !isQuantised(fixture) &&
    fixture.file.includes('dynamic') &&
    fixture.faithfulAtOtherSizes !== false &&
    ['nafnet', 'restormer', 'promptir'].includes(fixture.family),
);

describe('every export of the three families can be trained, including the host', () => {
  it.each(trainable.map(({ file, network }) => [file, network]))('%s', async (file, network) => {
    const path = fileURLToPath(
      new URL(`../../packages/backbones/test/fixtures/${file}`, import.meta.url),
    );
    const host = await openHost(path);
    const adapter = freshAdapter(
      host,
      {
        labels,
        attach: 'replace',
        seed: 5,
        promptChannels: [8],
        promptSize: [8],
      },
      sites,
    );
    const own = readParameters(host, hostParameters(host, 'all'));
    const stepper = await openStepper(trainingGraph(host, adapter, options), {
      threads: 1,
      optimisation: 'disabled',
    });
    const { loss, gradients } = await stepper.run(batch, new Map([...adapter.tensors, ...own]));
    await stepper.release();
    host.close();
    const norm = (names: Iterable<string>) =>
      Math.hypot(...[...names].map((name) => Math.hypot(...gradients.get(name)!)));
    const figures = { loss, adapter: norm(adapter.tensors.keys()) };
    expect(norm(own.keys())).toBeGreaterThan(0);
    found.set(network, [...(found.get(network) ?? []), { file, figures }]);
  });
});

describe('exports of one network have the same gradients, however they are written', () => {
  it.each(['nafnet', 'restormer', 'promptir'])('%s', (network) => {
    const [first, ...rest] = found.get(network)!;
    expect(rest.length).toBeGreaterThan(1);
    for (const { file, figures } of rest)
      for (const [key, value] of Object.entries(figures))
        expect({ file, key, ratio: value / first!.figures[key]! }).toEqual({
          file,
          key,
          ratio: expect.closeTo(1, 3),
        });
  });
});

afterAll(() => found.clear());
