import type { GraftRecord } from '@pip-graft/pip-core';

/** Number that image sides must be multiples of: from the stamp, otherwise twice the scale of the deepest site. */
export function multipleOf({ host, sites }: Pick<GraftRecord, 'host' | 'sites'>): number {
  return host.image?.sizeMultiple ?? 2 * Math.max(...sites.map(({ scale }) => scale));
}
