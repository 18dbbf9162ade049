import type { Sensor } from '@pip-graft/pip-core';
import { createSession, runModel } from '@pip-graft/runtime';
import { float32Tensor } from '@pip-graft/weights';
import { sensorModel } from '../graph/sensor-graph.ts';
import type { BatchSource } from './train-adapter.ts';

/** How well a sensor finds one label: shares of patches, null without such patches. */
export interface SensorFigures {
  readonly label: string;
  /** Share of all patches with the right answer: likelier than not if present, else not. */
  readonly right: number | null;
  /** Share of the patches with the label in which it is not found. */
  readonly missed: number | null;
  /** Share of the patches without the label in which it is found. */
  readonly falsely: number | null;
}

/**
 * Judges a sensor on some batches, label by label.
 *
 * Errors: those of batches and of the runtime.
 *
 * @example const [noise] = await judgeSensor(sensor, batches, 40);
 */
export async function judgeSensor(
  sensor: Sensor,
  batches: BatchSource,
  count: number,
): Promise<SensorFigures[]> {
  const { labels } = sensor.config;
  const { source } = sensorModel(sensor);
  const session = await createSession(source.read(0, source.size));
  const counts = labels.map(() => ({ present: 0, absent: 0, missed: 0, falsely: 0 }));
  try {
    for (let step = 0; step < count; step++) {
      const { inputs, present } = await batches.next();
      const size = present.length / labels.length;
      const side = Math.sqrt(inputs.length / (3 * size));
      const feeds = { image: float32Tensor([size, 3, side, side], inputs) };
      const probabilities = (await runModel(session, feeds))['probabilities']!.data as Float32Array;
      for (const [at, target] of present.entries()) {
        const found = probabilities[at]! > 0.5;
        const one = counts[at % labels.length]!;
        one[target === 1 ? 'present' : 'absent']++;
        if (found !== (target === 1)) one[found ? 'falsely' : 'missed']++;
      }
    }
  } finally {
    await session.release();
  }
  const share = (part: number, of: number) => (of === 0 ? null : part / of);
  return labels.map((label, at) => {
    const { present, absent, missed, falsely } = counts[at]!;
    const all = present + absent;
    return {
      label,
      right: share(all - missed - falsely, all),
      missed: share(missed, present),
      falsely: share(falsely, absent),
    };
  });
}
