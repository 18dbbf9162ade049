import { imageInput, imageOutput } from '@pip-graft/restore';
import type { Check } from '../subject/subject.ts';

/** The grafted file, and its host, load in onnxruntime and take and give images. */
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
      detail: `Files that onnxruntime refuses, of host and graft, at optimisation level all; images go from ${names[1]}.`,
    };
  },
};
