import { digest } from '@pip-graft/onnx-graft/node';
import type { Check } from '../subject/subject.ts';

/** Checks that removing the graft restores the host file byte for byte. */
export const removal: Check = {
  name: 'removal',
  run({ graft, host, ungrafted }) {
    const got = digest(ungrafted.source);
    const same = got === graft.host.digest && got === digest(host.source);
    return Promise.resolve({
      status: same ? 'passed' : 'failed',
      measured: same ? 0 : 'different',
      limit: 0,
      detail: same
        ? `Bytes that differ from the host after removing the graft (${short(got)}).`
        : `Removing the graft does not restore the host (${short(got)} instead of ${short(graft.host.digest)}): the file changed after grafting, or the base is a different file.`,
    });
  },
};

/** The first characters of a digest, enough for people to compare. */
function short(digest: string): string {
  return `${digest.slice(0, 'sha256:'.length + 12)}…`;
}
