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

/** Whole doors are kept: a bundler would drop what nobody uses, and with it what a browser lacks. */
export const doors = [backbones, onnxGraft, pipCore, weights];

export interface Answer {
  readonly grafted: Uint8Array;
  /** What `ungraft` made of it. */
  readonly removed: Uint8Array;
  /** Of what half the host was refused with. */
  readonly code: string;
}

/** Grafts from bytes to bytes: what a page, a worker and Node have to agree on. */
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
