import { hostOf } from '@pip-graft/graft';
import { nodeSha256, type OpenHost, saveModel } from '@pip-graft/graft/node';
import { replaceWeights } from '@pip-graft/onnx-graft';
import type { Sensor } from '@pip-graft/pip-core';
import { writeAdapter } from '@pip-graft/pip-core/node';
import {
  type BatchOptions,
  judgeSensor,
  learned,
  openBatches,
  type SensorFigures,
  type TrainingState,
} from '@pip-graft/train';
import type { OpenRun } from './open-run.ts';
import { rounded } from './spell.ts';

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

/** Batches that a trained sensor is judged by. */
const judged = 40;

/**
 * What a trained sensor gets right of each label, on batches that it has not learned from: the same
 * photos, degraded anew, from batch number `step` on.
 *
 * Errors: those of batches and of the runtime.
 */
export async function judgeTrained(
  sensor: Sensor,
  options: BatchOptions,
  step: number,
): Promise<SensorFigures[]> {
  const batches = await openBatches({ ...options, step, workers: 0 });
  const figures = await judgeSensor(sensor, batches, judged);
  const round = (share: number | null) => (share === null ? null : rounded(share));
  return figures.map(({ label, right, missed, falsely }) => ({
    ...{ label, right: round(right) },
    ...{ missed: round(missed), falsely: round(falsely) },
  }));
}

/** A row of a table for each label. */
export function judgementRows(figures: readonly SensorFigures[]): (readonly [string, string])[] {
  return figures.map(({ label, right, missed, falsely }) => [
    label,
    `${percent(right)} right: missed in ${percent(missed)} of the patches that have it, found in ${percent(falsely)} of the others`,
  ]);
}

function percent(share: number | null): string {
  return share === null ? 'none' : `${(100 * share).toFixed(1)} %`;
}
