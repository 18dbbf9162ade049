import { locateSkips } from '@pip-graft/backbones';
import { expect, test } from 'vitest';
import { fixtureModel, fixtures } from '../fixture-models.ts';

/** What each family needs of an image; NAFNet pads itself. */
const multiples = { restormer: 8, promptir: 8, nafnet: 1, unet: 4 } as const;
const ways = (family: string): string => (family === 'nafnet' ? 'add' : 'concat');

test.each(fixtures)('$file: family, sites and size multiple', (fixture) => {
  const model = fixtureModel(fixture.file);
  const located = locateSkips(model);
  expect(located.family).toBe(fixture.family);
  expect(located.confidence).toBe(1);
  const sites = located.sites.map(({ value, level, channels, scale, join, uses }) => {
    expect(uses).toHaveLength(1);
    const { node, input } = uses[0]!;
    const [merge] = model.graph.nodes[node]!.outputs;
    return { level, channels, scale, join, value, merge, mergeInput: input };
  });
  expect(sites).toEqual(fixture.sites);
  expect(located.sites.every(({ join }) => join === ways(fixture.family))).toBe(true);
  expect(located.sizeMultiple).toBe(multiples[fixture.family]);
  expect(located.image).toMatchObject({
    ...{ input: 'image', output: 'output', layout: 'NCHW' },
    dataType: fixture.variant === 'float16-io' ? 'float16' : 'float32',
    ...{ inputChannels: 3, outputChannels: 3 },
  });
});

test('what is no skip connection is turned down with its reason', () => {
  const reasons = (file: string): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { reason } of locateSkips(fixtureModel(file)).rejected) {
      const kind = reason.replace(/[:,(].*/, '').trim();
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  };
  expect(reasons('promptir-torchscript-op16-dynamic.onnx')).toEqual({
    "a prompt of the network's own": 3,
    'image residual': 1,
    'local residual': expect.any(Number),
  });
  expect(reasons('nafnet-dynamo-op18-dynamic.onnx')).toEqual({
    'image residual': 1,
    'local residual': expect.any(Number),
  });
});
