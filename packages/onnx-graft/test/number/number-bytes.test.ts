import { Float16Array } from '@petamoriken/float16';
import { fromFloat16, toFloat16 } from '@pip-graft/onnx-graft';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { float16Bits } from '../../src/number/number-bytes.ts';

const every = Uint16Array.from({ length: 65536 }, (_, word) => word);

test("every float16 equals Float16Array's number", () => {
  expect(fromFloat16(every)).toEqual(Float32Array.from(new Float16Array(every.buffer)));
});

test('every float16 except NaN keeps its bits through float32', () => {
  const numbers = every.filter((word) => (word & 0x7fff) <= 0x7c00);
  expect(toFloat16(fromFloat16(numbers))).toEqual(numbers);
});

test('float32 is rounded as Float16Array rounds it', () => {
  const words = fc.integer({ min: 0, max: 0xffffffff });
  // Around the midpoint of two float16s, where ties are.
  const near = fc
    .tuple(fc.integer({ min: 0, max: 0x7bff }), fc.integer({ min: -1, max: 1 }))
    .map(([half, off]) => {
      const [a, b] = fromFloat16(Uint16Array.of(half, half + 1));
      const middle = Float32Array.of((a! + b!) / 2);
      return new Uint32Array(middle.buffer)[0]! + off;
    });
  fc.assert(
    fc.property(fc.array(fc.oneof(words, near)), (list) => {
      const values = new Float32Array(Uint32Array.from(list).buffer);
      const wanted = new Uint16Array(new Float16Array(values).buffer);
      const found = toFloat16(values);
      for (const [i, value] of values.entries()) {
        if (Number.isNaN(value)) expect(found[i]! & 0x7fff).toBeGreaterThan(0x7c00);
        else expect(found[i]).toBe(wanted[i]);
      }
    }),
    { numRuns: 2000 },
  );
});

test('a double is rounded only once', () => {
  // Just above the midpoint of 1 and the next float16; float32 rounds it to the midpoint itself.
  const value = 1 + 2 ** -11 + 2 ** -40;
  expect(float16Bits(value)).toBe(0x3c01);
  expect(toFloat16(Float32Array.of(value))[0]).toBe(0x3c00);
});
