import type { DataType } from '../model/data-type.ts';

/** Least and largest number of an element type, and whether it holds fractions. */
const held: Readonly<Partial<Record<DataType, readonly [number, number, boolean]>>> = {
  float16: [-65_504, 65_504, true],
  bfloat16: [-3.3895e38, 3.3895e38, true],
  float32: [-3.4028234663852886e38, 3.4028234663852886e38, true],
  float64: [-Number.MAX_VALUE, Number.MAX_VALUE, true],
  bool: [0, 1, false],
  uint8: [0, 255, false],
  int8: [-128, 127, false],
  uint16: [0, 65_535, false],
  int16: [-32_768, 32_767, false],
  uint32: [0, 2 ** 32 - 1, false],
  int32: [-(2 ** 31), 2 ** 31 - 1, false],
  uint64: [0, Number.MAX_SAFE_INTEGER, false],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, false],
};

/**
 * Reason why a tensor of an element type cannot hold a number as it is; undefined if it can.
 *
 * @example whyNotHeld(2.5, 'int64') // 'int64 holds whole numbers only'
 */
export function whyNotHeld(value: number, type: DataType | undefined): string | undefined {
  const [least, most, fractions] = (type && held[type]) ?? [];
  if (least === undefined || most === undefined) return undefined;
  if (type === 'bool' && value !== 0 && value !== 1) return 'bool holds 0 (false) and 1 (true)';
  if (!fractions && !Number.isInteger(value)) return `${type} holds whole numbers only`;
  return value >= least && value <= most ? undefined : `${type} holds ${least} to ${most}`;
}
