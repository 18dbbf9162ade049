/** @example formatBytes(6_700_000) // '6.7 MB' */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, size] = bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : ['kB', 1e3];
  const value = bytes / (size as number);
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}
