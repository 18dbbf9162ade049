import type { RunHooks } from '@pip-graft/train';
import type { Session } from '../pipeline/run.ts';
import { spellProgress } from './spell.ts';

/** What a run of the command is handed: the clock, Ctrl-C, a bar and lines on stderr. */
export function runHooks(session: Session): RunHooks {
  return {
    now: () => performance.now(),
    signal: session.signal,
    onNote: session.note,
    onStep: (progress) => {
      const { step, total } = progress;
      session.progress('training', step, total, 'steps', spellProgress(progress));
    },
  };
}
