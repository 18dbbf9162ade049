import { type Image, planTiles, type TilePlan } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import { keepGrey } from '../image/keep-grey.ts';
import type { Part } from '../image/rgba.ts';
import { defaultOverlap, restoreTiled } from '../run/restore-tiled.ts';
import { clipWarning, strengthWarning } from '../run/warnings.ts';
import { countLooks, findDegradation } from '../steer/find-degradation.ts';
import { type LoadedModel, namedWeights, type TileRequest, tileSettings } from './loaded-model.ts';

export interface LoadedRequest extends TileRequest {
  readonly degradation?: readonly number[] | undefined;
  readonly strength?: number | undefined;
  readonly onStep?: OnStep | undefined;
}

/**
 * Called after each run of the model. Runs that look at the whole image come first, without a tile;
 * then one for each tile, with its place and the image so far.
 */
export type OnStep = (
  done: number,
  total: number,
  made?: { readonly tile: Part; readonly soFar: Image },
) => void;

/** A restored image, and what there is to say about it. */
export interface RestoredImage {
  readonly image: Image;
  /** Weights that the model's sensor found; undefined if it did not run. */
  readonly found?: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

/** Restores an image with a loaded model. Errors: those of `restoreTiled`. */
export async function restoreLoaded(
  loaded: LoadedModel,
  image: Image,
  request: LoadedRequest,
): Promise<RestoredImage> {
  const { degradation, strength, onStep } = request;
  let found: readonly number[] | undefined;
  let clipped: string | undefined;
  // Runs before the first tile. If memory runs out, they begin again, and so does the count.
  let before = 0;
  const restored = await restoreTiled(loaded.session, image, {
    ...tileSettings(loaded, image, request),
    ...(degradation === undefined ? {} : { degradation }),
    ...(strength === undefined ? {} : { strength }),
    onClip: (share) => {
      clipped = clipWarning(share, 'as `range` to `Restorer.open`');
    },
    onFound: (row) => {
      found = row;
    },
    onLook: (done, looks, { columns, rows }) => {
      before = looks;
      onStep?.(done, looks + columns.length * rows.length);
    },
    onTile: (done, total, plan, soFar) =>
      onStep?.(before + done, before + total, { tile: tileAt(done - 1, plan, image), soFar }),
  });
  const { pages = 1 } = image.origin ?? {};
  const unusual = strengthWarning(strength);
  return {
    image: keepGrey(image, restored),
    warnings: [
      ...(pages > 1 ? [`only the first of its ${pages} pages is restored`] : []),
      ...(unusual === undefined ? [] : [`strength ${strength}: ${unusual}`]),
      ...(clipped === undefined ? [] : [clipped]),
    ],
    ...(found === undefined ? {} : { found: namedWeights(loaded.settings.labels, found) }),
  };
}

/** Returns a tile's place in an image, without what extends beyond the image. */
function tileAt(
  index: number,
  plan: TilePlan,
  image: { readonly width: number; readonly height: number },
): Part {
  const x = plan.columns[index % plan.columns.length]!;
  const y = plan.rows[Math.floor(index / plan.columns.length)]!;
  return {
    x,
    y,
    width: Math.min(plan.width, image.width - x),
    height: Math.min(plan.height, image.height - y),
  };
}

/** Rejects a model without a sensor. Errors: `INVALID_ARGUMENT`. */
export function requireSensor({ session, settings }: LoadedModel): void {
  if (settings.restore.names?.found !== undefined) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${session.label}: it has no sensor; graft it with --auto, or say what to restore.`,
  );
}

/**
 * Returns what a loaded model's sensor finds in an image. Errors: those of {@link requireSensor}
 * and `restoreTiled`.
 */
export async function detectLoaded(
  loaded: LoadedModel,
  image: Image,
  request: TileRequest & { readonly onStep?: OnStep | undefined },
): Promise<Readonly<Record<string, number>>> {
  requireSensor(loaded);
  const settings = tileSettings(loaded, image, request);
  const { tile = Number.POSITIVE_INFINITY, sizeMultiple = 1, tileStep = 1 } = settings;
  const overlap = defaultOverlap(tile);
  const plan = planTiles(image, { tile, overlap, sizeMultiple, tileStep });
  const looks = countLooks(plan);
  let looked = 0;
  const onRun = (): void => request.onStep?.(++looked, looks);
  const row = await findDegradation(loaded.session, image, plan, { ...settings, onRun });
  return namedWeights(loaded.settings.labels, row);
}
