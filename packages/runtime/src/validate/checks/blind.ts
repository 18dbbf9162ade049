import { difference } from '../../metrics/difference.ts';
import { toFloat32 } from '../../session/to-float32.ts';
import { fitted } from '../pictures.ts';
import type { Check } from '../subject.ts';
import { figure, skipped } from '../verdict.ts';

/**
 * Saying nothing is the same as giving what the sensor finds. That a caller's weights win over it is
 * seen where labels steer: they could not otherwise.
 */
export const blind: Check = {
  name: 'sensor',
  async run(subject) {
    const { auto, labels } = subject.graft;
    if (auto === null) return skipped('The graft has no sensor.');
    const images = [fitted(subject.photo, subject.sizes[0]!)];
    const run = async (rows?: readonly (readonly number[])[]) => {
      const trial = { images, inner: [auto.output], ...(rows ? { rows } : {}) };
      const { output, tensors } = await subject.run('grafted', trial);
      return { output: toFloat32(output), found: [...toFloat32(tensors[auto.output]!).data] };
    };
    const silent = await run();
    const sum = silent.found.reduce((a, b) => a + b, 0);
    const told = await run([silent.found]);
    const gap = difference(told.output, silent.output).maxAbs;
    const shares = silent.found.every((share) => share >= 0) && Math.abs(sum - 1) < 1e-3;
    const sound = silent.found.length === labels.length && shares;
    return {
      status: sound && gap === 0 ? 'passed' : 'failed',
      measured: figure(gap),
      limit: '0',
      detail: sound
        ? 'Largest difference between the output for no weights and for the weights that the sensor finds.'
        : `The sensor's shares are no shares: ${silent.found.join(', ')}.`,
    };
  },
};
