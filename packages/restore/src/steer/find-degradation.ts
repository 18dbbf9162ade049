import type { Image, TilePlan } from '@pip-graft/imaging';
import { cutImage } from '@pip-graft/imaging';
import type { Session } from '@pip-graft/runtime/session';
import { type RestoreOptions, runImage } from '../run/run-image.ts';

/** Tiles per side to look at: nine of an image say as much as all. */
const looks = 3;

/** Returns how many runs {@link findDegradation} takes. */
export function countLooks({ rows, columns }: TilePlan): number {
  return spread(rows).length * spread(columns).length;
}

/**
 * Returns the weights that a model's sensor finds for a whole image: the mean over at most nine of
 * its tiles, spread evenly. Each costs one run of the model.
 *
 * Errors: those of `restoreImage`.
 */
export async function findDegradation(
  session: Session,
  image: Image,
  { width, height, columns, rows }: TilePlan,
  options: RestoreOptions & { readonly signal?: AbortSignal; readonly onRun?: () => void },
): Promise<number[]> {
  const sums: number[] = [];
  let count = 0;
  for (const y of spread(rows)) {
    for (const x of spread(columns)) {
      options.signal?.throwIfAborted();
      count++;
      await runImage(session, cutImage(image, { x, y, width, height }), {
        ...options,
        onFound: (weights) => {
          for (const [at, weight] of weights.entries()) sums[at] = (sums[at] ?? 0) + weight;
        },
      });
      options.onRun?.();
    }
  }
  return sums.map((sum) => sum / count);
}

/** Returns at most {@link looks} of the places, including the first and the last. */
function spread(places: readonly number[]): readonly number[] {
  if (places.length <= looks) return places;
  const last = places.length - 1;
  return Array.from(
    { length: looks },
    (_, index) => places[Math.round((index * last) / (looks - 1))]!,
  );
}
