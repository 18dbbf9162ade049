/** @typedef {'passed' | 'failed' | 'incomplete' | 'skipped' | 'dry run'} CheckStatus */
/** @typedef {{ readonly name: string, readonly status: string }} Ended */

/**
 * `skipped` without a device; `dry run` on another device than CUDA, whatever its steps say;
 * `failed`, `incomplete` or `passed` by the steps. A step that a device skipped has not passed.
 *
 * @param {{ readonly works: boolean, readonly device: string, readonly results: readonly Ended[] }} check
 * @returns {CheckStatus}
 */
export function statusOf({ works, device, results }) {
  if (!works) return 'skipped';
  if (device !== 'cuda') return 'dry run';
  // A doctor's earlier "no", before the libraries were found, was answered by a later one.
  const tried = results.filter(({ name }) => !name.startsWith('doctor'));
  if (tried.some(({ status }) => status === 'failed')) return 'failed';
  return tried.every(({ status }) => status === 'passed') ? 'passed' : 'incomplete';
}

/**
 * Of the process. A dry run shows whether its steps did what they should.
 *
 * @param {CheckStatus} status
 * @param {readonly Ended[]} results
 */
export function exitOf(status, results) {
  if (status === 'skipped') return 6;
  if (status === 'dry run') return results.some((step) => step.status === 'failed') ? 1 : 0;
  return status === 'passed' ? 0 : 1;
}
