import { locateSkips } from '@pip-graft/backbones';
import { expect, test } from 'vitest';
import { fixtureModel, fixtures } from '../fixture-models.ts';

/** The size multiples each family needs; NAFNet pads itself. */
const multiples = { restormer: 8, promptir: 8, nafnet: 1, unet: 4 } as const;
const ways = (family: string): string => (family === 'nafnet' ? 'add' : 'concat');

/** Networks that pad themselves, interpolate to the skip's size, or start below full resolution. */
const odd: Readonly<Record<string, number>> = {
  'unet-focus': 8,
  'unet-padded': 1,
  'unet-nested': 4,
  'unet-restorer': 1,
};

test.each(fixtures.filter(({ refused }) => !refused))(
  '$file: family, sites and size multiple',
  (fixture) => {
    const { family, network = '', variant } = fixture;
    const model = fixtureModel(fixture.file);
    const located = locateSkips(model);
    expect(located.family).toBe(family);
    expect(located.confidence).toBeGreaterThan(0.7);
    const sites = located.sites.map(({ value, level, channels, scale, join, uses, layout }) => {
      expect(uses).toHaveLength(1);
      const { node, input } = uses[0]!;
      const [merge] = model.graph.nodes[node]!.outputs;
      const laidOut = layout === 'NCHW' ? {} : { layout };
      return { level, channels, scale, join, ...laidOut, value, merge, mergeInput: input };
    });
    expect(sites).toEqual(fixture.sites);
    if (family !== 'unet' && family !== 'unknown') {
      expect(located.sites.every(({ join }) => join === ways(family))).toBe(true);
      expect(located.sizeMultiple).toBe(multiples[family]);
    } else if (/^unet/.test(network)) expect(located.sizeMultiple).toBe(odd[network] ?? 4);
    expect(located.image).toMatchObject({
      input: 'image',
      output: 'output',
      layout: 'NCHW',
      outputChannels: 3,
      dataType: variant === 'float16-io' ? 'float16' : 'float32',
      inputChannels: network === 'drunet' ? 4 : 3,
    });
  },
);

test.each(fixtures.filter(({ refused }) => refused))('$file: no U-Net, with reasons', (fixture) => {
  const located = locateSkips(fixtureModel(fixture.file));
  expect(located).toMatchObject({ family: 'unknown', sites: [] });
  // An autoencoder has no candidates at all.
  if (fixture.network !== 'autoencoder') expect(located.rejected.length).toBeGreaterThan(0);
  for (const { reason } of located.rejected) expect(reason).toMatch(/^[a-z].{10,}/);
});

test('rejects values that are not skip connections, with a reason', () => {
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
