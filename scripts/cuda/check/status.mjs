/** @typedef {'passed' | 'failed' | 'incomplete' | 'skipped' | 'dry run'} CheckStatus */
/** @typedef {{ readonly name: string, readonly status: string }} Ended */

/**
 * `skipped` without a device; `dry run` on a device other than CUDA, whatever its steps say; else
 * `failed`, `incomplete` or `passed` by the steps. A skipped step has not passed.
 *
 * @param {{ readonly works: boolean, readonly device: string, readonly results: readonly Ended[] }} check
 * @returns {CheckStatus}
 */
export function statusOf({ works, device, results }) {
  if (!works) return 'skipped';
  if (device !== 'cuda') return 'dry run';
  // The doctor's "no" before the libraries were found is superseded by a later answer.
  const tried = results.filter(({ name }) => !name.startsWith('doctor'));
  if (tried.some(({ status }) => status === 'failed')) return 'failed';
  return tried.every(({ status }) => status === 'passed') ? 'passed' : 'incomplete';
}

/**
 * The process's exit status. A dry run shows whether its steps worked.
 *
 * @param {CheckStatus} status
 * @param {readonly Ended[]} results
 */
export function exitOf(status, results) {
  if (status === 'skipped') return 6;
  if (status === 'dry run') return results.some((step) => step.status === 'failed') ? 1 : 0;
  return status === 'passed' ? 0 : 1;
}
