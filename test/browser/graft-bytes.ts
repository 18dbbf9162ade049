import * as backbones from '@pip-graft/backbones';
import {
  applyGraft,
  bytesSource,
  freshAdapter,
  GraftError,
  hostOf,
  modelBytes,
  planGraft,
  readModel,
  ungraft,
} from '@pip-graft/graft';
import * as onnxGraft from '@pip-graft/onnx-graft';
import * as pipCore from '@pip-graft/pip-core';
import * as weights from '@pip-graft/weights';

/** Keeps whole entry points: a bundler would drop unused code, and with it what a browser lacks. */
export const doors = [backbones, onnxGraft, pipCore, weights];

export interface Answer {
  readonly grafted: Uint8Array;
  /** The result of `ungraft`. */
  readonly removed: Uint8Array;
  /** The error code for half of the host. */
  readonly code: string;
}

/** Grafts from bytes to bytes: a page, a worker and Node must agree on the result. */
export function graftBytes(bytes: Uint8Array): Answer {
  const host = hostOf(readModel(bytesSource(bytes)));
  const adapter = freshAdapter(host, { labels: ['rain', 'haze'], seed: 7 });
  const model = applyGraft(planGraft(host, adapter));
  const grafted = modelBytes(model);
  const removed = modelBytes(ungraft(readModel(bytesSource(grafted))).model);
  return { grafted, removed, code: refusal(bytes) };
}

function refusal(bytes: Uint8Array): string {
  try {
    readModel(bytesSource(bytes.subarray(0, bytes.length / 2)));
    return 'none';
  } catch (error) {
    return error instanceof GraftError ? error.code : 'no GraftError';
  }
}
