import { difference, sameBits } from '@pip-graft/imaging';
import { graphFacts } from '@pip-graft/onnx-graft';
import type { TypedTensor } from '@pip-graft/weights';
import { toFloat32 } from '@pip-graft/weights';
import { fitted } from '../subject/images.ts';
import type { Check, Subject } from '../subject/subject.ts';
import { atMost } from '../verdict.ts';

/** Checks that every skip feature the graft reads equals the host's, bit for bit on the CPU: nothing before the graft changed. */
export const upstream: Check = {
  name: 'upstream tensors',
  async run(subject) {
    const limit = subject.tolerances.upstream;
    const features = untouched(subject);
    const behind = subject.graft.sites.length - features.length;
    const trial = { images: [fitted(subject.image, subject.sizes[0]!)], inner: features };
    const host = await subject.run('host', trial);
    const grafted = await subject.run('grafted', trial);
    const changed = features.filter(
      (name) => !alike(host.tensors[name]!, grafted.tensors[name]!, limit),
    );
    const which = changed.length === 0 ? '' : ` Changed: ${changed.join(', ')}.`;
    const beyond =
      behind === 0
        ? ''
        : ` ${behind} more depend on another graft, as in attention gates and cascades, and rightly change.`;
    return atMost(
      changed.length,
      0,
      `Skip features of ${features.length} that differ from the host's ${limit === 0 ? 'in any bit' : `by more than ${limit} of their largest value`}, on a natural image.${beyond}${which}`,
    );
  },
};

/** Skip features that depend on no graft: only these must equal the host's. */
function untouched({ graft, host }: Subject): string[] {
  const facts = graphFacts(host);
  return graft.sites
    .map(({ value }) => value)
    .filter((value) => {
      const before = facts.ancestors(value);
      return !graft.sites.some(({ uses }) => uses.some(({ node }) => before.has(node)));
    });
}

function alike(a: TypedTensor, b: TypedTensor, limit: number): boolean {
  if (limit === 0) return sameBits(a, b);
  const { maxAbs, peak } = difference(toFloat32(a), toFloat32(b));
  return maxAbs === 0 || maxAbs / peak <= limit;
}
