import { GraftError } from '@pip-graft/onnx-graft';
import { spelled } from './spelled.ts';

/** Rejects a quality that no encoder has. Errors: `INVALID_ARGUMENT`. */
export function requireQuality(quality: number): void {
  if (Number.isInteger(quality) && quality >= 1 && quality <= 100) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `quality: ${spelled(quality)} is not a whole number from 1 to 100; pass one such as 95.`,
  );
}
