import { existsSync } from 'node:fs';
import { readState, type TrainingState } from '@pip-graft/train';
import { canonical } from '../format/canonical.ts';

/**
 * The best state that was kept of a run; undefined where there is none, or one of another run.
 *
 * Errors: those of `readState`.
 *
 * @param state of the run
 */
export function readBest(path: string, { seed, origin }: TrainingState): TrainingState | undefined {
  if (!existsSync(path)) return undefined;
  const best = readState(path);
  const of = ({ options, host, adapter }: typeof origin) =>
    canonical([host, adapter, options['validate'], options['validate-patch']]);
  const same = best.seed === seed && of(best.origin) === of(origin);
  return same && best.best ? best : undefined;
}
