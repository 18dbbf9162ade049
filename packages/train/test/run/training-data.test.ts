import { expect, test } from 'vitest';
import { defaultRanges } from '../../src/data/degrade/degradations.ts';
import { patchChoice } from '../../src/run/training-data.ts';

const labels = ['noise', 'haze', 'low-light'];

test('the effective choice is complete, for the labels that images are degraded for', () => {
  const choice = { degrade: { haze: { t: [0.5, 0.5] } }, labelShares: { noise: 2 }, clean: 0.2 };
  expect(patchChoice(choice as never, labels, ['low-light'])).toEqual({
    degrade: { noise: defaultRanges.noise, haze: { ...defaultRanges.haze, t: [0.5, 0.5] } },
    labelShares: { noise: 2 },
    clean: 0.2,
    flat: 0.03,
    off: 0,
    partial: 0.05,
    mixed: 0,
    halved: 0,
    whole: 0,
  });
});

test.each([
  [
    { haze: { t: [0.9, 0.2] } },
    'INVALID_ARGUMENT',
    /^degrade haze\.t=0\.9\.\.0\.2: .*haze\.t=0\.2/,
  ],
  [{ haze: { t: [Number.NaN, 1] } }, 'INVALID_ARGUMENT', /NaN is no number/],
  [{ fog: { t: [0.5, 0.5] } }, 'UNKNOWN_LABEL', /no degradation is called 'fog'/],
  [{ noise: { sigmas: [5, 5] } }, 'INVALID_ARGUMENT', /did you mean 'sigma'/],
  [
    { rain: { veil: [0.2, 0.2] } },
    'INVALID_ARGUMENT',
    /no image is degraded for rain .* only for noise/,
  ],
])('rejects the ranges %j', (degrade, code, message) => {
  const thrown = expect.objectContaining({ code, message: expect.stringMatching(message) });
  expect(() => patchChoice({ degrade: degrade as never }, labels)).toThrow(thrown);
});
