import { expect, test } from 'vitest';
import { rangeOf, sharesOf } from '../../src/train/shared-options.ts';

const rangesOf = (...texts: string[]) => texts.reduce((all, text) => rangeOf(text, all), {});

test('reads ranges, single numbers and several ranges of one label', () => {
  expect(
    rangesOf('haze.t=0.15..0.95', 'haze.air=.7..1', 'noise.sigma=25', 'low-light.gain=0.1..0.2'),
  ).toEqual({
    haze: { t: [0.15, 0.95], air: [0.7, 1] },
    noise: { sigma: [25, 25] },
    'low-light': { gain: [0.1, 0.2] },
  });
  // The last of two wins.
  expect(rangesOf('noise.sigma=25', 'noise.sigma=0..50')).toEqual({ noise: { sigma: [0, 50] } });
  expect(rangeOf('rain.lean=-30..-5')).toEqual({ rain: { lean: [-30, -5] } });
});

test.each([
  'noise',
  'noise.sigma',
  'noise.sigma=',
  'noise.sigma=a..b',
  'noise=1..2',
  '.x=1',
  'haze.t=0.1.2',
  'noise.sigma=.',
])('rejects the range %s', (text) =>
  expect(() => rangeOf(text)).toThrow(/expected LABEL\.KEY=LOW\.\.HIGH/),
);

test('reads label shares', () => {
  expect(sharesOf('noise=2,rain=1')).toEqual({ noise: 2, rain: 1 });
  expect(() => sharesOf('noise=1.5')).toThrow(/a whole number/);
  expect(() => sharesOf('noise')).toThrow(/a whole number/);
  expect(() => sharesOf('noise=0')).toThrow(/a whole number from 1 to 9999/);
  expect(sharesOf('noise=10')).toEqual({ noise: 10 });
});
