import { GraftError } from '@pip-graft/graft';
import type { Verdict } from '@pip-graft/validate';

/** A gate's result, without its name. */
type Outcome = Omit<Verdict, 'name'>;

/**
 * Runs a gate and returns its verdict. If the device or runtime is missing, the gate is skipped,
 * with the reason. A model that the runtime rejects has failed.
 */
export async function judge(
  name: string,
  gate: () => Promise<Outcome> | Outcome,
): Promise<Verdict> {
  const started = performance.now();
  const took = (): number => Math.round(performance.now() - started);
  try {
    return { name, ...(await gate()), milliseconds: took() };
  } catch (error) {
    if (!(error instanceof GraftError)) throw error;
    const status = error.code === 'DEVICE_UNAVAILABLE' ? 'skipped' : 'failed';
    const ours = ['WRITE_FAILED', 'READ_FAILED', 'NOT_FOUND', 'INVALID_ARGUMENT', 'UNKNOWN_LABEL'];
    if (ours.includes(error.code)) throw error;
    return {
      name,
      status,
      measured: null,
      limit: null,
      detail: error.message,
      milliseconds: took(),
    };
  }
}

/** Judges a figure in dB that must reach a limit. */
export function atLeast(measured: number, limit: number, detail: string): Outcome {
  const status = measured >= limit ? 'passed' : 'failed';
  return {
    status,
    measured: Number.isFinite(measured) ? measured : String(measured),
    limit,
    unit: 'dB',
    detail,
  };
}
