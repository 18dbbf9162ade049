import { GraftError } from '@pip-graft/onnx-graft';
import { contentKeys } from './content.ts';

/**
 * Refuses to measure on images that are learned from, whatever their names.
 *
 * Errors: `INVALID_ARGUMENT` naming two files with the same bytes; `NOT_FOUND`, `READ_FAILED`.
 */
export async function requireApart(
  training: readonly string[],
  validation: readonly string[],
): Promise<void> {
  const keys = await contentKeys([...training, ...validation]);
  const learned = new Map(training.map((path) => [keys.get(path)!, path]));
  const shared = validation.filter((path) => learned.has(keys.get(path)!));
  const [first] = shared;
  if (first === undefined) return;
  const more = shared.length > 1 ? ` So do ${shared.length - 1} more.` : '';
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${first}: it holds the same image as ${learned.get(keys.get(first)!)}, which is trained on.${more} Take it out of one of the folders.`,
  );
}
