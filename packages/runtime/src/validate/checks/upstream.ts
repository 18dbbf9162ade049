import { sameBits } from '../../metrics/same-bits.ts';
import { fitted } from '../pictures.ts';
import type { Check } from '../subject.ts';
import { atMost } from '../verdict.ts';

/** Every skip feature that a graft reads has the same bits as in the host: nothing before the graft changed. */
export const upstream: Check = {
  name: 'upstream tensors',
  async run(subject) {
    const features = subject.graft.sites.map((site) => site.value);
    const trial = { images: [fitted(subject.photo, subject.sizes[0]!)], inner: features };
    const host = await subject.run('host', trial);
    const grafted = await subject.run('grafted', trial);
    const changed = features.filter(
      (name) => !sameBits(host.tensors[name]!, grafted.tensors[name]!),
    );
    const which = changed.length === 0 ? '' : ` Changed: ${changed.join(', ')}.`;
    return atMost(
      changed.length,
      0,
      `Skip features of ${features.length} that differ from the host's in any bit, on a photo.${which}`,
    );
  },
};
