/// <reference lib="dom" />

const gibibyte = 1024 ** 3;

/**
 * Bytes that a run in a tab may plan with; tiles use half. A page cannot ask how much is free: 1 GiB, or an
 * eighth of what the browser says the machine has, so that an image of 12 megapixels takes less than 1.5 GB in all.
 */
export function freeMemory(
  machine: number | undefined = (navigator as { deviceMemory?: number }).deviceMemory,
): number {
  return Math.min(gibibyte, ((machine ?? 8) * gibibyte) / 8);
}
