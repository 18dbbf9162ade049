import type { RunHooks } from '@pip-graft/train';
import type { Session } from '../pipeline/session.ts';
import { spellProgress } from './spell.ts';

/** Hooks of a training run: the clock, Ctrl-C, the progress bar and lines on stderr. */
export function runHooks(session: Session): RunHooks {
  return {
    now: () => performance.now(),
    signal: session.signal,
    onNote: session.note,
    onImage: (done, total) => session.progress('checking images', done, total, 'images'),
    onStep: (progress) => {
      const { step, total } = progress;
      session.progress('training', step, total, 'steps', spellProgress(progress));
    },
  };
}
