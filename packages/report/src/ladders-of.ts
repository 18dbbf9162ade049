/**
 * Groups skip connections into ladders, one per U-Net: in a chain of networks, resolutions repeat,
 * and the n-th site of a resolution belongs to the n-th network.
 *
 * @example laddersOf(sites).map((ladder) => ladder.length) // [3, 3] for a cascade of two
 */
export function laddersOf<Site extends { readonly level: number; readonly scale: number }>(
  sites: readonly Site[],
): Site[][] {
  const ladders: Site[][] = [];
  const seen = new Map<number, number>();
  for (const site of [...sites].sort((a, b) => a.level - b.level)) {
    const nth = seen.get(site.scale) ?? 0;
    seen.set(site.scale, nth + 1);
    ladders[nth] = [...(ladders[nth] ?? []), site];
  }
  return ladders;
}
