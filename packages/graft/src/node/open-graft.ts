import { argument, type Model } from '@pip-graft/onnx-graft';
import { openModel } from '@pip-graft/onnx-graft/node';
import type { GraftRecord } from '@pip-graft/pip-core';
import { uncover } from '../host/look-at.ts';
import { localModel } from './local-model.ts';
import { nodeSha256 } from './node-sha256.ts';
import { type Home, hostIn, type OpenHost } from './open-host.ts';

/** An opened grafted file: the host under the graft, and the graft. Close the host. */
export interface OpenGraft {
  readonly host: OpenHost;
  readonly grafted: Model;
  readonly graft: GraftRecord;
}

/**
 * Opens a grafted model, removes the graft and proves that the rest is the file that was grafted.
 * With `home`, the host is as it will be there.
 *
 * Errors: those of `openModel`; `NOT_GRAFTED`, `CORRUPT_FILE`; `GATE_FAILED` if the file has
 * changed since it was grafted.
 *
 * @example
 * const { host, graft } = await openGraft('grafted.onnx');
 */
export async function openGraft(path: string, home?: Home): Promise<OpenGraft> {
  argument.requirePath(path, 'openGraft');
  const opened = openModel(await localModel(path));
  try {
    const { model, graft } = uncover(opened.model, nodeSha256);
    return { host: hostIn({ ...opened, model }, home), grafted: opened.model, graft };
  } catch (error) {
    opened.close();
    throw error;
  }
}
