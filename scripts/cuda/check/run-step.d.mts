export interface Step {
  readonly name: string;
  readonly what?: string;
  readonly args: readonly string[];
  readonly minutes: number;
  readonly variables?: Readonly<Record<string, string>>;
  readonly needs?: readonly string[];
  readonly makes?: string;
}

export interface StepResult {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped' | 'not run' | 'no device';
  readonly reason?: string;
  readonly command: string;
  readonly seconds?: number;
  readonly result?: unknown;
  readonly kept?: boolean;
}

export declare const root: string;
export declare function runStep(
  step: Step,
  options: {
    readonly out: string;
    readonly variables?: Readonly<Record<string, string>>;
    readonly resume?: boolean;
    readonly late?: boolean;
  },
): Promise<StepResult>;
