import { defaultRanges } from '@pip-graft/train';
import { expect, test } from 'vitest';
import { degradationsOf, parseRanges } from '../../src/train/degrade-option.ts';

const labels = ['noise', 'haze', 'low-light'];

test('ranges, single numbers, several of one label', () => {
  expect(
    parseRanges(
      ['haze.t=0.15..0.95', 'haze.air=.7..1', 'noise.sigma=25', 'low-light.gain=0.1..0.2'],
      labels,
    ),
  ).toEqual({
    haze: { t: [0.15, 0.95], air: [0.7, 1] },
    noise: { sigma: [25, 25] },
    'low-light': { gain: [0.1, 0.2] },
  });
  // The last of two counts.
  expect(parseRanges(['noise.sigma=25', 'noise.sigma=0..50'], labels)).toEqual({
    noise: { sigma: [0, 50] },
  });
  expect(parseRanges(['rain.lean=-30..-5'], ['rain'])).toEqual({ rain: { lean: [-30, -5] } });
});

test('what is in force is complete, for the labels that images are degraded for', () => {
  const given = { degrade: ['haze.t=0.5'], labelShares: ['noise=2'], clean: 0.2 };
  expect(degradationsOf(given, labels, ['low-light'])).toEqual({
    degrade: { noise: defaultRanges.noise, haze: { ...defaultRanges.haze, t: [0.5, 0.5] } },
    labelShares: { noise: 2 },
    ...{ clean: 0.2, flat: 0.03, off: 0, partial: 0.05, mixed: 0, halved: 0 },
  });
});

test.each([
  ['haze', 'INVALID_ARGUMENT', /^--degrade haze: expected LABEL\.KEY=LOW\.\.HIGH/],
  ['haze.t', 'INVALID_ARGUMENT', /^--degrade haze\.t: expected/],
  ['haze.t=', 'INVALID_ARGUMENT', /expected/],
  ['haze.t=a..b', 'INVALID_ARGUMENT', /expected/],
  ['haze.t=0.1..', 'INVALID_ARGUMENT', /^--degrade haze\.t=0\.1\.\.: /],
  ['haze.t=0.1.2', 'INVALID_ARGUMENT', /NaN is no number/],
  [
    'haze.t=0.9..0.2',
    'INVALID_ARGUMENT',
    /^--degrade haze\.t=0\.9\.\.0\.2: .*haze\.t=0\.2\.\.0\.9/,
  ],
  ['fog.t=0.5', 'UNKNOWN_LABEL', /^--degrade fog\.t=0\.5: no degradation is called "fog"/],
  ['noise.sigmas=5', 'INVALID_ARGUMENT', /did you mean "sigma"/],
  [
    'rain.veil=0.2',
    'INVALID_ARGUMENT',
    /no image is degraded for rain in this run, only for noise/,
  ],
])('--degrade %s is refused', (text, code, message) => {
  const thrown = expect.objectContaining({ code, message: expect.stringMatching(message) });
  expect(() => parseRanges([text], labels)).toThrow(thrown);
});

test.each(['noise', 'noise=', 'noise=1.5', '=2', 'noise=-1'])(
  '--label-shares %s is refused',
  (text) => {
    expect(() => degradationsOf({ labelShares: [text] }, labels)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/^--label-shares .*noise=2/),
      }),
    );
  },
);
