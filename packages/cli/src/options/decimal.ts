/** The number that a text spells as people write numbers: `0.5`, `-1`, `1e-3`; NaN for any other, such as `0x10`. */
export function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
}
