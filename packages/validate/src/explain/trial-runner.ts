import type { Trial, TrialResult } from '../trial.ts';

/** Runs one model on images with settings, in a session, a process or a test double. */
export type TrialRunner = (trial: Trial) => Promise<TrialResult>;
