import { externalLocations, GraftError } from '@pip-graft/graft';
import { digest } from '@pip-graft/graft/files';
import { openModel } from '@pip-graft/graft/node';
import {
  type Door,
  type ModelSettings,
  settingsOf as modelSettings,
  type RestoreTiledOptions,
} from '@pip-graft/restore';
import { parseWeights } from '../options/parse-weights.ts';

/** What a model needs to run on images. */
export interface Settings {
  /** The caller's choices, under the names that the model uses. */
  readonly restore: RestoreTiledOptions & {
    readonly sizeMultiple: number;
    readonly tileStep: number;
  };
  readonly bytesPerPixel: number;
  readonly inside: ModelSettings['inside'];
  readonly door: Door | null;
  readonly graft: ModelSettings['graft'];
  readonly steering: readonly string[];
  /** Labels of a model with a sensor, if the sensor must find the degradation. */
  readonly found?: readonly string[];
  /** Digests of the file and of its external data. */
  readonly model: readonly string[];
}

/**
 * Reads the settings of a model.
 *
 * Errors: those of reading the model and the weights; `INVALID_ARGUMENT` for a setting that it does
 * not take.
 */
export function settingsOf(
  path: string,
  options: { readonly degradation?: string; readonly strength?: number },
): Settings {
  const opened = openModel(path);
  try {
    const { model } = opened;
    const { graft, bytesPerPixel, inside, restore, door, steering } = modelSettings(model);
    const sources = [...externalLocations(model)]
      .sort()
      .map((location) => model.external!.read(location));
    const asked = options.degradation !== undefined || options.strength !== undefined;
    if (asked && (!graft || graft.inputs === null)) {
      const why = graft
        ? 'its degradation was fixed when it was grafted (--bake)'
        : 'it has no graft';
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${path}: it takes no --degradation or --strength, because ${why}; omit them.`,
      );
    }
    const { degradation, strength } = options;
    const weights =
      degradation === undefined || !graft ? undefined : parseWeights(degradation, graft.labels);
    return {
      bytesPerPixel,
      inside,
      door,
      graft,
      steering,
      ...(graft?.auto && weights === undefined ? { found: graft.labels } : {}),
      model: [model.source, ...sources].map(digest),
      restore: {
        ...restore,
        ...(weights === undefined ? {} : { degradation: weights }),
        ...(strength === undefined ? {} : { strength }),
      },
    };
  } finally {
    opened.close();
  }
}
