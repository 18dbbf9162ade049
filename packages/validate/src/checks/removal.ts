import { digest } from '@pip-graft/onnx-graft/node';
import type { Check } from '../subject/subject.ts';

/** Taking the graft out gives the host's file, byte for byte. */
export const removal: Check = {
  name: 'removal',
  run({ graft, host, ungrafted }) {
    const got = digest(ungrafted.source);
    const same = got === graft.host.digest && got === digest(host.model.source);
    return Promise.resolve({
      status: same ? 'passed' : 'failed',
      measured: same ? 0 : 'different',
      limit: 0,
      detail: same
        ? `Bytes that differ from the host when the graft is taken out (${short(got)}).`
        : `What is left when the graft is taken out is not the host (${short(got)} instead of ${short(graft.host.digest)}): the file was changed after grafting, or the base is another file.`,
    });
  },
};

/** Enough of a digest for people to tell two apart. */
function short(digest: string): string {
  return `${digest.slice(0, 'sha256:'.length + 12)}…`;
}
