import { imageInput, imageOutput } from '@pip-graft/restore';
import type { Check } from '../subject/subject.ts';

/** Checks that onnxruntime loads the grafted file and its host, and that both map images to images. */
export const loads: Check = {
  name: 'loads',
  async run(subject) {
    const names: string[] = [];
    for (const side of ['host', 'grafted'] as const) {
      const session = await subject.session(side, { level: 'all' });
      names.push(`${imageInput(session).name} to ${imageOutput(session).name}`);
    }
    return {
      status: 'passed',
      measured: 0,
      limit: 0,
      detail: `Number of files, of host and graft, that onnxruntime fails to load at optimisation level all; images go from ${names[1]}.`,
    };
  },
};
