import {
  emptyRecord,
  float32Tensor,
  floatTensor,
  nonFinite,
  toFloat32,
  tooWide,
} from '@pip-graft/weights';
import { expect, it, test } from 'vitest';

it.each(['constructor', '__proto__', 'weight'])('an empty record takes the name %s', (name) => {
  const record = emptyRecord<number>();
  record[name] = 2;
  expect(record[name]).toBe(2);
  expect(Object.keys(record)).toEqual([name]);
});

test.each([
  ['float32Tensor', float32Tensor],
  ['floatTensor', floatTensor],
] as const)('%s rejects values that do not fill the shape', (_, make) => {
  expect(() => make([2, 3], new Float32Array(5))).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: 'tensor of shape [2, 3]: it has 6 elements, not 5; pass that many.',
    }),
  );
});

test('toFloat32 rejects integers', () => {
  const bytes = { type: 'uint8', dims: [1], data: Uint8Array.of(1) } as const;
  expect(() => toFloat32(bytes)).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: 'uint8 tensor: not an image or feature; pass float32, float16 or float64.',
    }),
  );
});

test('tooWide distinguishes float64 beyond float32 from a training that diverged', () => {
  const { NaN: not, POSITIVE_INFINITY: infinite } = Number;
  const tensors = new Map([
    ['sound', { dims: [1], dtype: 'F64', data: Float32Array.of(1) }],
    ['wide', { dims: [2], dtype: 'F64', data: Float32Array.of(1, infinite) }],
    ['diverged', { dims: [2], dtype: 'F64', data: Float32Array.of(infinite, not) }],
    ['infinite', { dims: [1], dtype: 'F32', data: Float32Array.of(infinite) }],
  ]);
  const names = nonFinite(tensors);
  expect(names).toEqual(['wide', 'diverged', 'infinite']);
  expect(tooWide(tensors, names)).toEqual(['wide']);
});
