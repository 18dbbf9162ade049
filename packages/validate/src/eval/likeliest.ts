/**
 * The label with the largest weight; the first of several.
 *
 * @example likeliest({ noise: 0.1, rain: 0.9 }) // 'rain'
 */
export function likeliest(weights: Readonly<Record<string, number>>): string | undefined {
  const [first, ...others] = Object.entries(weights);
  return others.reduce((best, one) => (best && one[1] > best[1] ? one : best), first)?.[0];
}
