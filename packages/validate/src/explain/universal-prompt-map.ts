import { type HeatMap, heatMap, scaleOf } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import type { LabelPrompts } from './read-prompts.ts';

/**
 * Heat maps of the universal restoration prompt at one level, one per label: the norm over channels
 * at each position. The maps share one scale, so that labels can be compared.
 *
 * Errors: `INVALID_ARGUMENT` for a level that has no prompt.
 *
 * @example const maps = universalPromptMap(prompts, 1); // maps[0] is of prompts.labels[0]
 */
export function universalPromptMap({ levels }: LabelPrompts, level: number): HeatMap[] {
  const found = levels.find((candidate) => candidate.level === level);
  if (found === undefined) {
    const known = levels.map((candidate) => candidate.level).join(', ');
    throw new GraftError('INVALID_ARGUMENT', `Level ${level}: no prompt; use one of ${known}.`);
  }
  const fields = found.universal.map(({ dims, data }) => {
    const [, channels = 0, height = 0, width = 0] = dims;
    return { width, height, norms: norms(data, channels, width * height) };
  });
  const scale = scaleOf(fields.map((field) => field.norms));
  return fields.map((field) => heatMap(field.norms, field.width, field.height, scale));
}

function norms(data: Float32Array, channels: number, size: number): Float32Array {
  const sums = new Float32Array(size);
  for (let channel = 0; channel < channels; channel++) {
    for (let at = 0; at < size; at++) sums[at]! += data[channel * size + at]! ** 2;
  }
  return sums.map(Math.sqrt);
}
