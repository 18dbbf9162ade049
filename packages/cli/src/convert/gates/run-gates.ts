import type { Verdict } from '@pip-graft/validate';
import type { BuildOptions, Output } from '../job/build-output.ts';
import type { Job, MadeFile } from '../job/job.ts';
import { parityGate } from './parity-gate.ts';
import { qualityGate } from './quality-gate.ts';
import { sizeGate } from './size-gate.ts';
import { type Judged, validateGate } from './validate-gate.ts';

/** All gates of a job on its output, cheapest first; each is judged, whatever came of the others. */
export async function runGates(
  job: Job,
  output: Output,
  files: readonly MadeFile[],
  { signal, onStage }: BuildOptions,
): Promise<Judged> {
  const { maxBytes, parity, quality = [], validate } = job.config.gates ?? {};
  const verdicts: Verdict[] = [];
  const step = (gate: string) => (detail: string, done: number, total: number) =>
    onStage?.(`${gate}: ${detail}`, done, total);
  if (maxBytes !== undefined) {
    verdicts.push(
      sizeGate(
        files.reduce((sum, { bytes }) => sum + bytes, 0),
        maxBytes,
      ),
    );
  }
  if (parity !== undefined) {
    onStage?.('parity', 0, 1);
    verdicts.push(await parityGate(job, output.path, parity));
  }
  for (const wanted of quality) {
    signal?.throwIfAborted();
    verdicts.push(await qualityGate(output.path, job.folder, wanted, step('quality')));
  }
  if (validate !== undefined) {
    const { gates, measured } = await validateGate(output.path, validate, signal, step('validate'));
    return { gates: [...verdicts, ...gates], measured };
  }
  return { gates: verdicts, measured: {} };
}
