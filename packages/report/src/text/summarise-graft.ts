import type { PlanSummary } from '@pip-graft/graft';
import { oneLine } from './printable.ts';

/** What was grafted where, in one line. */
export function summariseGraft({ adapters, levels, parameters, labels }: PlanSummary): string {
  const at = [...new Set(levels.map(({ site }) => site.level))].sort((a, b) => a - b).join(', ');
  return `${spellAdapters(adapters)} at level ${at}, ${parameters.toLocaleString('en-US')} parameters, labels ${oneLine(labels.join(', '))}`;
}

/** Adapters by name, and which of them was never trained. */
export function spellAdapters(adapters: PlanSummary['adapters']): string {
  return adapters
    .map(({ name, trained }) => `${trained ? '' : 'UNTRAINED '}adapter '${oneLine(name)}'`)
    .join(' and ');
}
