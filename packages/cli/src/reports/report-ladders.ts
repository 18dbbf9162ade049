import type { ReportLadder } from '@pip-graft/report';
import { laddersOf } from '@pip-graft/report/ladder';
import type { Inspection } from '../commands/inspect.ts';

type Graft = Pick<NonNullable<Inspection['graft']>, 'prompts' | 'inputs'>;

/** Skip connections as drawings, one for each U-Net, with the modules that stand on them. */
export function reportLadders(sites: Inspection['sites'], graft: Graft | null): ReportLadder[] {
  return laddersOf(sites).map((ladder) => ({
    levels: ladder.map(({ level, scale, channels, join }) => {
      const sizes = graft?.prompts.find((prompt) => prompt.level === level);
      return { level, scale, channels, join, ...(sizes ? { graft: sizes } : {}) };
    }),
    ...(graft?.inputs ? { inputs: Object.values(graft.inputs) } : {}),
  }));
}
