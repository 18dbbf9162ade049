/** What a command found: plain data for `--json`, text for people, and the exit status. */
export interface Result {
  readonly json: unknown;
  readonly text: string;
  /** 0 unless a gate failed (1) or the device is missing (6). */
  readonly exit?: number;
}
