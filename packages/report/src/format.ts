/** A figure for a table: exact if short, otherwise with three significant digits. @example number(3.2e-7) // '3.20e-7' */
export function number(value: number | string | null): string {
  if (value === null) return '–';
  if (typeof value === 'string') return value;
  if (Number.isInteger(value) && Math.abs(value) < 1e12) return grouped(value);
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2);
  if (size >= 100) return grouped(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** A number of bytes with its unit. @example bytes(123456789) // '123 MB' */
export function bytes(value: number): string {
  const [unit, size] = value >= 1e9 ? ['GB', 1e9] : value >= 1e6 ? ['MB', 1e6] : ['kB', 1e3];
  return `${number(Number((value / size).toPrecision(3)))} ${unit}`;
}

/** A figure of a check with its unit. @example quantity(31.5, 'dB') // '31.5 dB' */
export function quantity(value: number | string | null, unit: 'bytes' | 'dB' | undefined): string {
  if (unit === undefined || typeof value !== 'number') return number(value);
  return unit === 'bytes' ? bytes(value) : `${number(value)} ${unit}`;
}

/** A time with its unit. @example milliseconds(12.345) // '12.3 ms' */
export function milliseconds(value: number): string {
  return `${number(value)} ms`;
}

/** A ratio. @example times(1.0523) // '1.05×' */
export function times(value: number): string {
  return `${value.toFixed(2)}×`;
}

/** A number with its noun. @example count(1, 'model') // '1 model' */
export function count(amount: number, noun: string): string {
  return `${grouped(amount)} ${noun}${amount === 1 ? '' : 's'}`;
}

/** A whole number with commas between thousands, whatever the locale. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
