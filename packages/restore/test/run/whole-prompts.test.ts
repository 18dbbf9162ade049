import { expect, test } from 'vitest';
import { axisOf, transposed, upTo } from '../../src/run/whole-prompts.ts';

/** rows × values of a matrix [rows, columns]. */
function times(
  { dims: [rows = 0, columns = 0], data }: ReturnType<typeof transposed>,
  x: number[],
) {
  return Array.from({ length: rows }, (_, row) =>
    x.reduce((sum, value, at) => sum + data[row * columns + at]! * value, 0),
  );
}

const near = (found: number[], wanted: number[]) => {
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, at) => {
    expect(value).toBeCloseTo(wanted[at]!, 5);
  });
};

test('one tile is resized as ONNX Resize does, linear with half-pixel centres', () => {
  const { sample, draw } = axisOf([0], 12, 12, { scale: 2, multiple: 1, size: 4 });
  // Six features to four: centres at 0.25, 1.75, 3.25 and 4.75.
  near(times(sample[0]!, [0, 1, 4, 9, 16, 25]), [0.25, 3.25, 10.75, 22.75]);
  // Four values to six: centres at -1/6 (the edge repeats), 1/2, 7/6, 11/6, 5/2 and 19/6.
  near(times(draw[0]!, [0, 1, 4, 9]), [0, 0.5, 1.5, 3.5, 6.5, 9]);
});

test('the samples of tiles add up to those of the whole, whatever the others see', () => {
  const prompt = { scale: 2, multiple: 1, size: 5 };
  const all = Array.from({ length: 20 }, (_, at) => at ** 2);
  const [whole] = axisOf([0], 40, 40, prompt).sample;
  const starts = [0, 12, 24];
  const parts = axisOf(starts, 16, 40, prompt).sample.map((matrix, tile) =>
    times(matrix, all.slice(starts[tile]! / 2, starts[tile]! / 2 + 8)),
  );
  near(
    parts[0]!.map((_, at) => parts.reduce((sum, part) => sum + part[at]!, 0)),
    times(whole!, all),
  );
});

test('a feature in two tiles counts in the one where it is farther from a cut', () => {
  // Features 4 to 7 are in both; 4 and 5 are deeper in the first, 6 and 7 in the second.
  const { sample } = axisOf([0, 4], 8, 12, { scale: 1, multiple: 1, size: 12 });
  near(times(sample[0]!, new Array(8).fill(1)), [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  near(times(sample[1]!, new Array(8).fill(1)), [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
});

test('tiles draw the parts of the whole prompt, also beyond the image', () => {
  const prompt = { scale: 2, multiple: 8, size: 4 };
  // 21 pixels, padded to 24 by the model: twelve features.
  const [whole] = axisOf([0], 24, 24, prompt).draw;
  const values = [3, 1, 4, 1];
  const drawn = times(whole!, values);
  const { draw } = axisOf([0, 16], 16, 21, prompt);
  near(times(draw[0]!, values), drawn.slice(0, 8));
  // The last four features of the second tile lie beyond: the edge repeats.
  near(times(draw[1]!, values), [...drawn.slice(8), 1, 1, 1, 1]);
});

test('a matrix with its rows as columns', () => {
  const matrix = {
    type: 'float32' as const,
    dims: [2, 3],
    data: Float32Array.of(1, 2, 3, 4, 5, 6),
  };
  expect([...transposed(matrix).data]).toEqual([1, 4, 2, 5, 3, 6]);
  expect(transposed(matrix).dims).toEqual([3, 2]);
  expect(upTo(17, 8)).toBe(24);
  expect(upTo(16, 8)).toBe(16);
});
