import { type Image, planTiles } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import { defaultOverlap } from '../run/restore-tiled.ts';
import { findDegradation } from '../steer/find-degradation.ts';
import { namedWeights } from '../steer/weights-row.ts';
import { type LoadedModel, type TileRequest, tileSettings } from './loaded-model.ts';

/** Errors: `INVALID_ARGUMENT` for a model without a sensor. */
export function requireSensor({ session, settings }: LoadedModel): void {
  if (settings.restore.names?.found !== undefined) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${session.label}: it has no sensor; graft it with --auto, or say what to restore.`,
  );
}

/** What a loaded model's sensor finds in an image. Errors: those of {@link requireSensor} and `restoreTiled`. */
export async function detectLoaded(
  loaded: LoadedModel,
  image: Image,
  request: TileRequest,
): Promise<Readonly<Record<string, number>>> {
  requireSensor(loaded);
  const settings = tileSettings(loaded, image, request);
  const { tile = Number.POSITIVE_INFINITY, sizeMultiple = 1, tileStep = 1 } = settings;
  const overlap = defaultOverlap(tile);
  const plan = planTiles(image, { tile, overlap, sizeMultiple, tileStep });
  const row = await findDegradation(loaded.session, image, plan, settings);
  return namedWeights(loaded.settings.labels, row);
}
