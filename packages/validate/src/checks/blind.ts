import { difference } from '@pip-graft/imaging';
import { toFloat32 } from '@pip-graft/weights';
import { fitted } from '../subject/images.ts';
import type { Check } from '../subject/subject.ts';
import { atMost, figure, skipped } from '../verdict.ts';

/**
 * Checks that omitting the weights gives the same output as passing the weights the sensor finds.
 * `labels steer` shows that weights from the caller override the sensor.
 */
export const blind: Check = {
  name: 'sensor',
  applies: ({ graft }) => graft.auto !== null,
  async run(subject) {
    const { auto, labels } = subject.graft;
    if (auto === null) return skipped('The graft has no sensor.');
    const images = [fitted(subject.image, subject.sizes[0]!)];
    const run = async (rows?: readonly (readonly number[])[]) => {
      const trial = { images, inner: [auto.output], ...(rows ? { rows } : {}) };
      const { output, tensors } = await subject.run('grafted', trial);
      return { output: toFloat32(output), found: [...toFloat32(tensors[auto.output]!).data] };
    };
    const silent = await run();
    const told = await run([silent.found]);
    const { maxAbs, peak } = difference(told.output, silent.output);
    const gap = maxAbs === 0 ? 0 : maxAbs / peak;
    const off = silent.found.find((weight) => !(weight >= 0 && weight <= 1));
    if (silent.found.length !== labels.length || off !== undefined) {
      const detail = `The sensor's weights are not valid for ${labels.length} labels: ${silent.found.join(', ')}.`;
      return { status: 'failed', measured: figure(off ?? Number.NaN), limit: '0 to 1', detail };
    }
    return atMost(
      gap,
      subject.tolerances.repeated,
      'Largest relative difference between the output without weights and with the weights the sensor finds.',
    );
  },
};
