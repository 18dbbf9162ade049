import {
  argument,
  GraftError,
  type Model,
  type UnspliceOptions,
  unsplice,
} from '@pip-graft/onnx-graft';
import { stampKey } from '../plan/check-host.ts';
import type { GraftRecord } from './graft-record.ts';
import { readGraft } from './read-graft.ts';

/**
 * Removes a graft. If nothing else changed the file, the result is the host byte for byte: its
 * digest is then `graft.host.digest`.
 *
 * Errors: `NOT_GRAFTED` if the model has no graft; `CORRUPT_FILE` for an invalid stamp, or if another
 * program rewrote the model so that the rest is not one.
 *
 * @example
 * const { model: host, graft } = ungraft(grafted);
 */
export function ungraft(
  model: Model,
  options?: UnspliceOptions,
): { readonly model: Model; readonly graft: GraftRecord } {
  argument.requireModel(model, 'ungraft');
  const graft = readGraft(model);
  if (graft === null) {
    throw new GraftError(
      'NOT_GRAFTED',
      `${model.source.label}: it carries no graft (no metadata '${stampKey}'); pass a model that \`graft apply\` wrote.`,
    );
  }
  return { model: unsplice(model, stampKey, graft.undo, options), graft };
}
