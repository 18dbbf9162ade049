/** The files of a run, beside its output. */
export interface RunFiles {
  /** The state from which the run continues. */
  readonly state: string;
  /** The best state on the validation images. */
  readonly best: string;
  /** Table of steps. */
  readonly log: string;
  /** Table of validations. */
  readonly validation: string;
}

/**
 * Returns where a run keeps its states and tables.
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
