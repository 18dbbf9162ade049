import { type Backbone, buildBackbone, locateSkips, nafnetDefaults } from '@pip-graft/backbones';
import { describe, expect, test } from 'vitest';
import { promptirDefaults } from '../../src/networks/build-promptir.ts';
import { restormerDefaults } from '../../src/networks/restormer-trunk.ts';
import { unetDefaults } from '../../src/networks/unet-config.ts';
import { sitesOf } from '../locate/located-of.ts';
import { anonymise, reorder, rewritten } from '../rewritten.ts';

const trunk = { ...restormerDefaults, dim: 8, blocks: [1, 1, 1, 1], refinement: 1 } as const;
const small: readonly Backbone[] = [
  { family: 'restormer', config: trunk },
  { family: 'promptir', config: { ...promptirDefaults, trunk, promptChannels: [8, 8, 8] } },
  {
    family: 'nafnet',
    config: { ...nafnetDefaults, width: 8, encoder: [1, 1, 1], middle: 1, decoder: [1, 1, 1] },
  },
];

test.each([
  [{ opset: 11 }],
  [{ opset: 17 }],
  [{ opset: 23 }],
  [{ opset: 17, dataType: 'float16' as const }],
])('a natively built U-Net is recognised with %o', (options) => {
  const config = { ...unetDefaults, widths: [6, 10, 12] };
  const located = locateSkips(buildBackbone({ family: 'unet', config }, 1, options));
  expect(located).toMatchObject({ family: 'unet', confidence: 1, sizeMultiple: 1 });
  // The first level is at half resolution, behind the unshuffle: level 1 has nothing to carry.
  expect(sitesOf(located)).toEqual([
    ['encoders.0/0/add_output_0', 2, 6, 2, 'add'],
    ['encoders.1/1/add_output_0', 3, 10, 4, 'add'],
  ]);
});

describe.each(small)('a natively built $family', (backbone) => {
  test.each([
    [{ opset: 11 }],
    [{ opset: 17 }],
    [{ opset: 23 }],
    [{ opset: 17, dataType: 'float16' as const }],
  ])('is recognised with %o', (options) => {
    const located = locateSkips(buildBackbone(backbone, 1, options));
    const { family } = backbone;
    expect(located).toMatchObject({ family, confidence: 1 });
    expect(located.sizeMultiple).toBe(family === 'nafnet' ? 1 : 8);
    const join = family === 'nafnet' ? 'add' : 'concat';
    expect(sitesOf(located).map((site) => (site as unknown[]).slice(1))).toEqual([
      [1, 8, 1, join],
      [2, 16, 2, join],
      [3, 32, 4, join],
    ]);
  });
});

describe.each(['restormer', 'nafnet', 'promptir'] as const)('an exported %s', (family) => {
  const file = `${family}-torchscript-op16-dynamic.onnx`;

  test('is recognised without its names, with the same sites', () => {
    const named = locateSkips(rewritten(file, () => {}));
    const unnamed = locateSkips(rewritten(file, anonymise));
    expect(unnamed.family).toBe(family);
    const withoutValue = (site: unknown): unknown[] => (site as unknown[]).slice(1);
    expect(sitesOf(unnamed).map(withoutValue)).toEqual(sitesOf(named).map(withoutValue));
    expect(unnamed.sites.map(({ uses }) => uses)).toEqual(named.sites.map(({ uses }) => uses));
    expect(unnamed.sizeMultiple).toBe(named.sizeMultiple);
  });

  test('is recognised with its nodes in another order', () => {
    const named = locateSkips(rewritten(file, () => {}));
    const located = locateSkips(rewritten(file, reorder));
    expect(located.family).toBe(family);
    expect(sitesOf(located)).toEqual(sitesOf(named));
  });
});
