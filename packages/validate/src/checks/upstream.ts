import { difference, sameBits } from '@pip-graft/imaging';
import type { TypedTensor } from '@pip-graft/weights';
import { toFloat32 } from '@pip-graft/weights';
import { fitted } from '../subject/images.ts';
import type { Check } from '../subject/subject.ts';
import { atMost } from '../verdict.ts';

/** Checks that every skip feature the graft reads equals the host's, bit for bit on the CPU: nothing before the graft changed. */
export const upstream: Check = {
  name: 'upstream tensors',
  async run(subject) {
    const limit = subject.tolerances.upstream;
    const features = subject.graft.sites.map((site) => site.value);
    const trial = { images: [fitted(subject.image, subject.sizes[0]!)], inner: features };
    const host = await subject.run('host', trial);
    const grafted = await subject.run('grafted', trial);
    const changed = features.filter(
      (name) => !alike(host.tensors[name]!, grafted.tensors[name]!, limit),
    );
    const which = changed.length === 0 ? '' : ` Changed: ${changed.join(', ')}.`;
    return atMost(
      changed.length,
      0,
      `Skip features of ${features.length} that differ from the host's ${limit === 0 ? 'in any bit' : `by more than ${limit} of their largest value`}, on a natural image.${which}`,
    );
  },
};

function alike(a: TypedTensor, b: TypedTensor, limit: number): boolean {
  if (limit === 0) return sameBits(a, b);
  const { maxAbs, peak } = difference(toFloat32(a), toFloat32(b));
  return maxAbs === 0 || maxAbs / peak <= limit;
}
