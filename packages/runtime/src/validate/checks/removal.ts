import { digest } from '@pip-graft/onnx-graft/node';
import type { Check } from '../subject.ts';

/** Taking the graft out gives the host's file, byte for byte. */
export const removal: Check = {
  name: 'removal',
  run(subject) {
    const got = digest(subject.ungrafted.source);
    const same = got === subject.graft.host.digest && got === digest(subject.host.model.source);
    return Promise.resolve({
      status: same ? 'passed' : 'failed',
      measured: got,
      limit: null,
      detail: same
        ? 'Taking the graft out gives the host back byte for byte (digest of what is left).'
        : 'What is left after taking the graft out is not the host: the file was changed after grafting, or the base is another file.',
    });
  },
};
