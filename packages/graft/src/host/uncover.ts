import { GraftError, type Model } from '@pip-graft/onnx-graft';
import { type GraftRecord, ungraft } from '@pip-graft/pip-core';
import { fileDigest } from './identify.ts';
import type { Hash } from './sha256.ts';

/** What was under a graft, and the graft's record. */
export interface Uncovered {
  readonly model: Model;
  readonly graft: GraftRecord;
}

/**
 * Takes a graft out and makes sure that what is left is, byte for byte, the file that was grafted.
 *
 * Errors: `NOT_GRAFTED`, `CORRUPT_FILE`; `GATE_FAILED` when the file was changed since.
 */
export function uncover(grafted: Model, newHash: () => Hash): Uncovered {
  const { model, graft } = ungraft(grafted);
  const found = fileDigest(model, newHash());
  if (found === graft.host.digest) return { model, graft };
  throw new GraftError(
    'GATE_FAILED',
    `${grafted.source.label}: without its graft it is ${found}, and what was grafted was ${graft.host.digest}: something changed the file since. Take the graft out with \`graft remove\`, look at what is left, and apply the adapters to that.`,
  );
}
