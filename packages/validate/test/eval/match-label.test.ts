import { expect, test } from 'vitest';
import { matchLabel } from '../../src/eval/find-tasks.ts';

const labels = ['noise', 'rain', 'haze', 'blur', 'low-light'];

test.each([
  ['derain/rain100l', 'rain'],
  ['derain/ddn', 'rain'],
  ['deraining', 'rain'],
  ['Dehaze/SOTS-indoor', 'haze'],
  ['sots-outdoor10', 'haze'],
  ['gopro6', 'blur'],
  ['deblur/hide', 'blur'],
  ['Denoising_CBSD', 'noise'],
  ['kodak24/noise:25', 'noise'],
  ['noise:25', 'noise'],
  ['lowlight/lol-eval15', 'low-light'],
  ['my low_light set', 'low-light'],
  ['low-light:0.5', 'low-light'],
  ['enhancement', 'low-light'],
  // The last folder with a known word decides.
  ['rain/then/haze/all', 'haze'],
  // A word within a word does not count, or every training set would be rain.
  ['train/haze', 'haze'],
  ['train', undefined],
  ['brains', undefined],
  ['kodak24', undefined],
  ['', undefined],
  ['rain-and-haze', undefined],
])('%j is %s', (task, label) => {
  expect(matchLabel(task, labels)).toBe(label);
});

test('prefers the label itself to its kind, and the longer label to the shorter', () => {
  const sigmas = ['noise15', 'noise25', 'noise'];
  expect(matchLabel('denoise25', sigmas)).toBe('noise25');
  expect(matchLabel('denoise', sigmas)).toBe('noise');
  // The name does not say which of the two sigmas is meant.
  expect(matchLabel('denoise', ['noise15', 'noise25'])).toBeUndefined();
  expect(matchLabel('snow', ['rain', 'snow'])).toBe('snow');
  expect(matchLabel('foggy', ['rain', 'dehazing'])).toBe('dehazing');
  expect(matchLabel('rain', ['haze'])).toBeUndefined();
});
