import type { Call, RuleTable } from '../call.ts';
import { axisAt, type Shaped, shaped } from '../shaped.ts';

/** Fourier transforms, as in networks with a frequency branch. */
export const fourier: RuleTable = { DFT: dft };

/**
 * Frequencies along an axis count as that axis of the image: after the inverse transform it has its
 * size again; in between, half as long, it is not a feature map of any resolution.
 */
function dft(call: Call): Shaped | undefined {
  const [x, length, along] = call.inputs;
  const rank = x?.dims?.length ?? 0;
  const older = call.opset < 20;
  const given = older ? call.int('axis', 1) : call.has(2) ? along?.content?.[0] : -2;
  const axis = given === undefined ? undefined : axisAt(given, rank);
  if (x?.dims === undefined || axis === undefined || axis === rank - 1) return undefined;
  const inverse = call.int('inverse', 0) === 1;
  const half = call.int('onesided', 0) === 1;
  const old = x.dims[axis]!;
  const natural = inverse && half ? 2 * (old - 1) : old;
  const size = call.has(1) ? (length?.content?.[0] ?? Number.NaN) : natural;
  const dims = [...x.dims];
  dims[axis] = half && !inverse ? Math.floor(size / 2) + 1 : size;
  dims[rank - 1] = half && inverse ? 1 : 2;
  return shaped(x.dataType, dims, x.axes);
}
