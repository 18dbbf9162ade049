import type { Job, Made } from './job.ts';

/** Message to a job's process: the job, once. */
export type ToProcess = Job;

/** Message from a job's process: its progress, and finally its result or error. */
export type FromProcess =
  | {
      readonly kind: 'stage';
      readonly stage: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'made'; readonly made: Made }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      readonly exit: number;
    };
