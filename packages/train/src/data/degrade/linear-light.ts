/** The light that a value of a file stands for, both 0 to 1 (sRGB, IEC 61966-2-1). */
export function decodeLight(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** The value that a file holds for light; what noise took below 0 stays below. */
export function encodeLight(light: number): number {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
}
