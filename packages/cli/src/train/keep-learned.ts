import { hostOf } from '@pip-graft/graft';
import { nodeSha256, type OpenHost, saveModel } from '@pip-graft/graft/node';
import { replaceWeights } from '@pip-graft/onnx-graft';
import { writeAdapter } from '@pip-graft/pip-core/node';
import { learned, type TrainingState } from '@pip-graft/train';
import type { OpenRun } from './open-run.ts';

/** Where what was learned goes; an adapter, a host, or both. */
export interface Keeping {
  readonly adapter: string | undefined;
  readonly host: string | undefined;
  readonly name: string;
  /** The record that the adapter carries of its training. */
  readonly training: Readonly<Record<string, unknown>>;
}

/**
 * Writes what was learned. An adapter that was learned along with its host is bound to the host that
 * is written.
 *
 * Errors: `WRITE_FAILED`.
 */
export async function keepLearned(
  host: OpenHost,
  run: OpenRun,
  state: TrainingState,
  { adapter: folder, host: file, name, training }: Keeping,
): Promise<void> {
  const tensors = learned(state);
  let { base } = run.adapter ?? {};
  if (file !== undefined) {
    const weights = run.hostWeights.map((each) => [each, tensors.get(each)!.data] as const);
    const model = replaceWeights(host.model, new Map(weights));
    await saveModel(model, file);
    const made = hostOf(model, { newHash: nodeSha256 });
    if (base) base = { ...base, ...made.identity() };
  }
  if (folder === undefined || !run.adapter || !base) return;
  const own = new Map([...run.adapter.tensors.keys()].map((key) => [key, tensors.get(key)!]));
  await writeAdapter(folder, { ...run.adapter, name, base, tensors: own, training });
}
