import { nonFinite, tooWide } from '@pip-graft/weights';
import { expect, it } from 'vitest';

it('float64 beyond float32 is told from what training leaves', () => {
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
