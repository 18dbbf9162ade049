import {
  decodeFloats,
  encodeFloats,
  firstTooLarge,
  fromBFloat16,
  fromFloat16,
  toBFloat16,
  toFloat16,
  writeSafetensors,
} from '@pip-graft/weights';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('float16', () => {
  it('has the bits of IEEE 754 half precision', () => {
    const values = new Float32Array([1, -2, 65504, 65520, 2 ** -24, 0.1]);
    expect([...toFloat16(values)]).toEqual([0x3c00, 0xc000, 0x7bff, 0x7c00, 0x0001, 0x2e66]);
  });

  it('keeps every finite half-precision number through float32', () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i).filter(
      (word) => (word & 0x7c00) !== 0x7c00,
    );
    expect(toFloat16(fromFloat16(bits))).toEqual(bits);
  });
});

describe('bfloat16', () => {
  it('rounds to nearest, ties to even', () => {
    const values = new Float32Array(new Uint32Array([0x3f808000, 0x3f818000, 0x3f808001]).buffer);
    expect([...toBFloat16(values)]).toEqual([0x3f80, 0x3f82, 0x3f81]);
  });

  it('keeps NaN as NaN, even if its payload is in the low half', () => {
    const values = new Float32Array(new Uint32Array([0x7f800001, 0x7fffffff]).buffer);
    expect([...fromBFloat16(toBFloat16(values))]).toEqual([Number.NaN, Number.NaN]);
  });

  it('is accurate to one part in 256', () => {
    fc.assert(
      fc.property(fc.float({ min: 2 ** -60, max: 2 ** 60, noNaN: true }), (value) => {
        const [back] = fromBFloat16(toBFloat16(new Float32Array([value])));
        expect(Math.abs(back! - value)).toBeLessThanOrEqual(value / 256);
      }),
    );
  });
});

describe('firstTooLarge', () => {
  it.each([
    ['float16', 65519, 65520],
    ['bfloat16', 3.3895e38, 3.3961775292304e38],
  ] as const)('is the first that %s rounds to infinity', (type, fits, large) => {
    const values = Float32Array.of(fits, Number.NaN, Number.NEGATIVE_INFINITY, -large, large);
    expect(firstTooLarge(values.subarray(0, 3), type)).toBeUndefined();
    expect(firstTooLarge(values, type)).toBe(Math.fround(-large));
    const [first, , , fourth] = decodeFloats(encodeFloats(values, type), type);
    expect([Number.isFinite(first), fourth]).toEqual([true, Number.NEGATIVE_INFINITY]);
    expect(firstTooLarge(values, 'float32')).toBeUndefined();
  });

  it('is named when safetensors are written', () => {
    const tensors = new Map([['a', { dims: [1], data: Float32Array.of(1e6) }]]);
    expect(() => writeSafetensors(tensors, {}, 'float16')).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: "tensor 'a': 1000000 does not fit float16; store it in float32.",
      }),
    );
  });
});

describe('encodeFloats and decodeFloats', () => {
  it.each(['float32', 'float16', 'bfloat16', 'float64'] as const)(
    'round-trip values in %s',
    (type) => {
      const values = new Float32Array([0, 1, -0.5, 96, Number.POSITIVE_INFINITY]);
      const bytes = encodeFloats(values, type);
      expect(bytes.length).toBe(
        values.length * { float32: 4, float16: 2, bfloat16: 2, float64: 8 }[type],
      );
      expect(decodeFloats(bytes, type)).toEqual(values);
    },
  );

  it('reads bytes at an odd offset', () => {
    const bytes = new Uint8Array([9, 0, 0, 0x80, 0x3f]);
    expect([...decodeFloats(bytes.subarray(1), 'float32')]).toEqual([1]);
  });
});
