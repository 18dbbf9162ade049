import type { Random } from '@pip-graft/weights';

/** A patch of one colour in 8 bits, (3,P,P): half of them grey. */
export function flatPatch(patch: number, random: Random): Float32Array<ArrayBuffer> {
  const levels = Array.from({ length: 3 }, () => random.below(256));
  const grey = random.below(2) === 0;
  const size = patch * patch;
  return Float32Array.from(
    { length: 3 * size },
    (_, at) => levels[grey ? 0 : Math.floor(at / size)]! / 255,
  );
}
