import { describe, expect, test } from 'vitest';
import { isMoved, rangeOf, relationOf, whyNoImage } from '../../src/door/judge-range.ts';

const image = Float32Array.from({ length: 400 }, (_, at) => 0.1 + 0.8 * Math.abs(Math.sin(at / 9)));
const mean = image.reduce((sum, one) => sum + one, 0) / image.length;
const made = (of: (value: number, at: number) => number) => relationOf(image, image.map(of));

describe('the range of an output, judged by its effect on an image', () => {
  test.each([
    ['0..1', (x: number) => x * 1.2],
    ['0..255', (x: number) => 240 * x + 5],
    ['-1..1', (x: number) => 2 * x - 1],
    ['-1..1', (x: number) => Math.tanh(2 * x - 1)],
    [undefined, (x: number) => x - 0.5],
    [undefined, (x: number) => (x - 0.45) / 0.225],
  ] as const)('%s', (range, of) => {
    expect(rangeOf(made(of))).toBe(range);
  });
});

test('detects an image that was moved by a half', () => {
  expect(isMoved(made((x) => x - 0.5))).toBe(true);
  expect(isMoved(made((x) => x / 255))).toBe(false);
});

describe('outputs that cannot be an image', () => {
  const noise = (_: number, at: number) => Math.sin(at * at) / 100;
  test.each([
    ['the residual, of either sign', noise, /residual alone/],
    ['the residual, of either sign', (x: number, at: number) => -noise(x, at), /residual alone/],
    [
      'the residual around grey',
      (x: number, at: number) => 0.5 + noise(x, at),
      /nothing of the image/,
    ],
    ['a normalised image', (x: number) => (x - 0.45) / 0.225, /about 4\.4 times the image - 2/],
    ['one number', () => 0, /it is 0 everywhere/],
  ] as const)('%s', (_, of, reason) => {
    expect(whyNoImage(made(of), mean)).toMatch(reason);
  });

  test('rejects only a residual or a constant from an untrained network', () => {
    const untrained = { untrained: true };
    expect(
      whyNoImage(
        made((x) => (x - 0.45) / 0.225),
        mean,
        untrained,
      ),
    ).toBeUndefined();
    expect(whyNoImage(made(noise), mean, untrained)).toMatch(/residual alone/);
  });
});
