import type { RunResult } from './run-steps.ts';

/** How long a run took, as people read it. */
export function spellTime({
  seconds,
  patchesPerSecond,
  runtimeShare,
}: Pick<RunResult, 'seconds' | 'patchesPerSecond' | 'runtimeShare'>): string {
  return `${seconds.toFixed(0)} s, ${patchesPerSecond.toFixed(1)} patches a second, ${(runtimeShare * 100).toFixed(0)} % in the runtime`;
}
