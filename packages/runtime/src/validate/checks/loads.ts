import { imageInput, imageOutput } from '../../restore/image-values.ts';
import type { Check } from '../subject.ts';

/** The grafted file, and its host, load in onnxruntime and take and give pictures. */
export const loads: Check = {
  name: 'loads',
  async run(subject) {
    const names: string[] = [];
    for (const side of ['host', 'grafted'] as const) {
      const session = await subject.session(side, 'all');
      names.push(`${imageInput(session).name} to ${imageOutput(session).name}`);
    }
    return {
      status: 'passed',
      measured: null,
      limit: null,
      detail: `Host and graft load in onnxruntime at optimisation level all; pictures go from ${names[1]}.`,
    };
  },
};
