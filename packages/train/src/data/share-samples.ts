import type { SamplePlan } from './plan-batch.ts';

/**
 * Which samples of a batch each of some workers makes.
 *
 * By photo where there are many: a photo is then decoded, and kept, by one worker only. By turns
 * where there are few photos, so that no worker is idle.
 */
export function shareSamples(
  plans: readonly SamplePlan[],
  workers: number,
  photos: number,
): number[][] {
  const shares = Array.from({ length: workers }, (): number[] => []);
  const byPhoto = photos >= 8 * workers;
  for (const [index, { target }] of plans.entries()) {
    shares[(byPhoto ? hash(target) : index) % workers]!.push(index);
  }
  return shares;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let word = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    word = Math.imul(word ^ text.charCodeAt(at), 0x01000193);
  }
  return word >>> 0;
}
