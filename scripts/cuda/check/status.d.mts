export type CheckStatus = 'passed' | 'failed' | 'incomplete' | 'skipped' | 'dry run';

interface Ended {
  readonly name: string;
  readonly status: string;
}

export declare function statusOf(check: {
  readonly works: boolean;
  readonly device: string;
  readonly results: readonly Ended[];
}): CheckStatus;
export declare function exitOf(status: CheckStatus, results: readonly Ended[]): number;
