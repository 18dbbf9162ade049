import { GraftError } from '@pip-graft/onnx-graft';
import { spelled } from '../image/spelled.ts';

/** More than any machine has; onnxruntime would start whatever number it gets. */
const most = 1024;

/** Rejects a number of threads that cannot be. Errors: `INVALID_ARGUMENT`. */
export function requireThreads(threads: number | undefined): void {
  if (threads === undefined) return;
  if (Number.isInteger(threads) && threads >= 1 && threads <= most) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `threads: ${spelled(threads)} is not a whole number from 1 to ${most}; pass one such as 4, or nothing for the default.`,
  );
}
