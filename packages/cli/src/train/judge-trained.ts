import type { Sensor } from '@pip-graft/pip-core';
import { type BatchOptions, judgeSensor, openBatches, type SensorFigures } from '@pip-graft/train';
import { rounded } from './rounded.ts';

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
