import type { Random } from '@pip-graft/weights';

/** The exposure and sensor of one dark picture. */
export interface Dimness {
  /** Share of the light that is left. */
  readonly gain: number;
  readonly gamma: number;
  /** Deviation of the noise that is always there, 0 to 1. */
  readonly read: number;
  /** Variance of the noise by light: that of photons. */
  readonly shot: number;
}

/** `gain · value^gamma`, and noise of variance `read² + shot · light`. */
export function applyDimness(
  planes: Float32Array,
  { gain, gamma, read, shot }: Dimness,
  random: Random,
): Float32Array {
  return planes.map((value) => {
    const light = gain * Math.max(0, value) ** gamma;
    return light + random.normal(0, Math.sqrt(read * read + shot * light));
  });
}

/**
 * An underexposed picture: 0.1 to 0.5 of the light, gamma 1 to 2, read noise of 0 to 6 on the
 * scale 0 to 255, photon noise of up to 13 at full light.
 *
 * @example dimLight(planes, 128, 128, new Random(7))
 */
export function dimLight(
  planes: Float32Array,
  _width: number,
  _height: number,
  random: Random,
): Float32Array {
  const gain = random.uniform(0.1, 0.5);
  const gamma = random.uniform(1, 2);
  const read = random.uniform(0, 6 / 255);
  const shot = random.uniform(0, (13 / 255) ** 2);
  return applyDimness(planes, { gain, gamma, read, shot }, random);
}
