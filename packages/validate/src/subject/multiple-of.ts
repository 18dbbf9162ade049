import type { GraftRecord } from '@pip-graft/pip-core';

/** What sides of images must be multiples of: as the stamp says, else one more halving than the deepest site. */
export function multipleOf({ host, sites }: Pick<GraftRecord, 'host' | 'sites'>): number {
  return host.image?.sizeMultiple ?? 2 * Math.max(...sites.map(({ scale }) => scale));
}
