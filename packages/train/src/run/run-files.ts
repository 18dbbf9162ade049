/** The files of a run, beside the folder or file that it is for. */
export interface RunFiles {
  /** The state that the run goes on from. */
  readonly state: string;
  /** The state that was best on images that the run does not learn from. */
  readonly best: string;
  /** The steps, as a table. */
  readonly log: string;
  /** The validations, as a table. */
  readonly validation: string;
}

/**
 * Where a run keeps its states and tables.
 *
 * @example runFiles('out/rain/').state // 'out/rain.state.safetensors'
 */
export function runFiles(output: string): RunFiles {
  const stem = output.replace(/[/\\]+$/, '');
  return {
    state: `${stem}.state.safetensors`,
    best: `${stem}.best.state.safetensors`,
    log: `${stem}.log.csv`,
    validation: `${stem}.validation.csv`,
  };
}
