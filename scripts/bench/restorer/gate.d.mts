export interface Gate {
  readonly name: string;
  readonly label: string | null;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly note?: string;
  readonly relation?: 'at least' | 'above' | 'at most';
  readonly target?: number;
  readonly value?: number;
  readonly unit?: string;
  readonly digits?: number;
}

export declare function gate(row: {
  readonly name: string;
  readonly label?: string | null;
  readonly relation: 'at least' | 'above' | 'at most';
  readonly target: number;
  readonly value: number;
  readonly unit?: string;
  readonly digits?: number;
  readonly note?: string;
}): Gate;
export declare function skipped(name: string, label: string | null, note: string): Gate;
export declare function failedLabels(gates: readonly Gate[]): string[];
export declare function exitOf(gates: readonly Gate[]): number;
