import { describe, expect, it } from 'vitest';
import {
  boxMean,
  gaussianBlur,
  guidedFilter,
} from '../../../scripts/bench/restorer/classical/filters.mjs';
import { classical } from '../../../scripts/bench/restorer/classical/index.mjs';
import { madeImage, valuesAt } from './made-image.ts';

const places = [
  [0, 0, 1],
  [1, 4, 2],
  [2, 8, 7],
  [0, 3, 4],
];
const image = madeImage();
const { width, height } = image;
const size = width * height;

// Computed with NumPy 2 and SciPy 1 (percentile, minimum_filter, maximum_filter, gaussian_filter
// with mode mirror), or from the definition in a loop over pixels where neither has it.
const truth: Record<string, Record<string, number[]>> = {
  rain: {
    bilateral: [0.4094, 0.89201, 0.92949, 0.04876],
    'grey opening': [0.03, 0.06, 0.01, 0.02],
  },
  haze: {
    'percentile stretch': [0.4082, 0.8774, 0.959, 0.0104],
    'joint stretch': [0.40824, 0.87724, 0.95881, 0.0106],
  },
  blur: { 'unsharp mask': [0.3568, 1, 1, 0] },
  'low-light': {
    LIME: [0.49534, 0.9751, 0.99417, 0.04074],
    'gamma to 0.4': [0.26343, 0.81192, 0.92613, 0.00287],
  },
};

describe('filters without a network', () => {
  const cases = Object.entries(truth).flatMap(([label, ways]) =>
    Object.entries(ways).map(([way, values]) => ({ label, way, values })),
  );
  it.each(cases)('$way agrees with SciPy', ({ label, way, values }) => {
    const made = classical[label]![way]!(image);
    // The power is searched to a thousandth.
    const digits = way === 'gamma to 0.4' ? 2.5 : 4;
    for (const [at, value] of valuesAt(made.data, places).entries()) {
      expect(value).toBeCloseTo(values[at]!, digits);
    }
  });

  it('dark channel agrees with SciPy on a hazy image', () => {
    const hazy = { ...image, data: image.data.map((value) => 0.5 * value + 0.4) };
    const made = classical['haze']!['dark channel']!(hazy);
    const values = valuesAt(made.data, places);
    for (const [at, value] of [0.47777, 0.81511, 1, 0.12797].entries()) {
      expect(values[at]).toBeCloseTo(value, 4);
    }
  });

  it('leaves the input unchanged', () => {
    for (const ways of Object.values(classical))
      for (const filter of Object.values(ways)) filter(image);
    expect(image).toEqual(madeImage());
  });
});

describe('filters', () => {
  const [red, green] = [image.data.slice(0, size), image.data.slice(size, 2 * size)];
  const at = (plane: Float32Array) => places.map(([, y, x]) => plane[y! * width + x!]!);

  it('box mean counts only pixels inside', () => {
    const found = at(boxMean(red, width, height, 2));
    for (const [index, value] of [0.49583, 0.478, 0.504, 0.5048].entries())
      expect(found[index]).toBeCloseTo(value, 5);
  });

  it('guided filter agrees with its definition', () => {
    const found = at(guidedFilter(green, red, width, height, 2, 1e-2));
    for (const [index, value] of [0.47368, 0.56142, 0.49743, 0.44627].entries())
      expect(found[index]).toBeCloseTo(value, 4);
  });

  it('Gaussian mirrors at borders as in SciPy', () => {
    expect(gaussianBlur(red, width, height, 2)[1]).toBeCloseTo(0.5164, 4);
  });
});
