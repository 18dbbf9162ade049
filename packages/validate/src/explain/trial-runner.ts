import type { Trial, TrialResult } from '../trial.ts';

/** Runs one model on images with settings, whatever stands behind it: a session, a process, a test's fake. */
export type TrialRunner = (trial: Trial) => Promise<TrialResult>;
