import type { GraftRecord, LevelValues } from '@pip-graft/pip-core';

/** Values of the graft's modules, site by site; of one adapter, by its place, or of all. */
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
