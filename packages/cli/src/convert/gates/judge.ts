import { GraftError } from '@pip-graft/graft';
import type { Verdict } from '@pip-graft/validate';

/** What a gate found, without its name. */
type Outcome = Omit<Verdict, 'name'>;

/**
 * The verdict of a gate. A device or runtime that is not there is no verdict on the model: skipped,
 * with the reason; a model that the runtime refuses has failed.
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

/** A figure in dB that has to reach a floor. */
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
