import type { Job, Made } from './job.ts';

/** What a job's process is sent: the job, once. */
export type ToProcess = Job;

/** What it says: where it is, and in the end what it made or why not. */
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
