import type { Image, TilePlan } from '@pip-graft/imaging';
import { cutImage } from '@pip-graft/imaging';
import type { Session } from '@pip-graft/runtime/session';
import { toFloat32 } from '@pip-graft/weights';
import type { ModelParts } from '../run/model-parts.ts';
import { feedsOf, type RestoreOptions, runImage } from '../run/run-image.ts';

/** Tiles per side to look at: nine of an image say as much as all. */
const looks = 3;

interface LookOptions extends RestoreOptions {
  readonly parts?: ModelParts | undefined;
  readonly signal?: AbortSignal;
  readonly onRun?: () => void;
}

/** Returns how many runs {@link findDegradation} takes. */
export function countLooks({ rows, columns }: TilePlan): number {
  return spread(rows).length * spread(columns).length;
}

/**
 * Returns the weights that a model's sensor finds for a whole image: the mean over at most nine of
 * its tiles, spread evenly. Each costs one run of the sensor, if it can run alone, else of the model.
 *
 * Errors: those of `restoreImage`.
 */
export async function findDegradation(
  session: Session,
  image: Image,
  { width, height, columns, rows }: TilePlan,
  options: LookOptions,
): Promise<number[]> {
  const sensor = await options.parts?.sensor();
  const sums: number[] = [];
  let count = 0;
  for (const y of spread(rows)) {
    for (const x of spread(columns)) {
      options.signal?.throwIfAborted();
      count++;
      const part = cutImage(image, { x, y, width, height });
      const weights = await (sensor
        ? look(sensor, part, options)
        : lookAll(session, part, options));
      for (const [at, weight] of weights.entries()) sums[at] = (sums[at] ?? 0) + weight;
      options.onRun?.();
    }
  }
  return sums.map((sum) => sum / count);
}

/** Runs a sensor alone. */
async function look(sensor: Session, image: Image, options: LookOptions): Promise<Float32Array> {
  const found = options.names!.found!;
  return toFloat32((await sensor.run(feedsOf(sensor, image, options), [found]))[found]!).data;
}

/** Runs the model, and only keeps what its sensor finds. */
async function lookAll(
  session: Session,
  image: Image,
  options: LookOptions,
): Promise<readonly number[]> {
  let found: readonly number[] = [];
  const onFound = (weights: readonly number[]): void => {
    found = weights;
  };
  await runImage(session, image, { ...options, onFound });
  return found;
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
