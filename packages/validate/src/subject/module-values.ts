import type { GraftRecord, LevelValues } from '@pip-graft/pip-core';

/** Values of the graft's modules, site by site; for one adapter, by its index, or for all. */
export function moduleValues(
  { sites }: Pick<GraftRecord, 'sites'>,
  adapter?: number,
): LevelValues[] {
  return sites.flatMap(({ modules }) =>
    modules
      .filter((module) => adapter === undefined || module.adapter === adapter)
      .map(({ values }) => values),
  );
}
