import { basename } from 'node:path';
import type { HostPage } from '@pip-graft/report';
import type { Inspection } from '../commands/inspect.ts';
import { inspectionFacts } from '../format/format-inspection.ts';
import { reportLadders } from './report-ladders.ts';

/** An inspection as a page with a drawing. */
export function hostPage(path: string, found: Inspection): HostPage {
  const { sites, graft, family, warnings, rejected } = found;
  const count = sites.length;
  const channels = sites.map((site) => site.channels).join(', ');
  const summary =
    count === 0
      ? 'No skip connection was found.'
      : `${family === 'unet' ? 'A U-Net' : family} with ${count} skip connection${count === 1 ? '' : 's'} of ${channels} channels.`;
  return {
    name: basename(path),
    summary,
    facts: inspectionFacts(found).map(([label = '', value = '']) => ({ label, value })),
    ladders: reportLadders(sites, graft),
    warnings,
    rejected,
  };
}
