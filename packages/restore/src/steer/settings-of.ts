import { lookAt } from '@pip-graft/graft';
import { bytesPerPixel, deepestScale } from '@pip-graft/imaging';
import { graphFacts, type Model } from '@pip-graft/onnx-graft';
import type { GraftRecord } from '@pip-graft/pip-core';
import type { Door } from '../door/door.ts';
import type { RestoreTiledOptions } from '../run/restore-tiled.ts';

/** What a model needs to run on images, before a caller asks for anything. */
export interface ModelSettings {
  /** null where the model carries no graft. */
  readonly graft: GraftRecord | null;
  /** The order of the weights; empty where the model takes none. */
  readonly labels: readonly string[];
  /** How images get in and out; null where no input is an image. */
  readonly door: Door | null;
  /** Names of the inputs that the graft has added. */
  readonly steering: readonly string[];
  /** Memory of a run, for choosing tiles. */
  readonly bytesPerPixel: number;
  readonly restore: Pick<RestoreTiledOptions, 'names'> &
    Required<Pick<RestoreTiledOptions, 'sizeMultiple' | 'tileStep'>>;
}

/**
 * How `restoreTiled` has to treat a model: its size multiple, where tiles start, and what its inputs are called.
 *
 * Errors: `CORRUPT_FILE` for a stamp that is not sound.
 *
 * @example await restoreTiled(session, image, settingsOf(model).restore)
 */
export function settingsOf(model: Model): ModelSettings {
  const facts = graphFacts(model);
  const { sizeMultiple, image, graft } = lookAt(model, facts);
  const found = graft?.auto ? { found: graft.auto.output } : {};
  return {
    graft,
    labels: graft?.inputs ? graft.labels : [],
    door: image,
    steering: graft?.inputs ? [graft.inputs.degradation, graft.inputs.strength] : [],
    bytesPerPixel: bytesPerPixel(facts),
    restore: {
      sizeMultiple,
      tileStep: deepestScale(facts),
      ...(graft?.inputs ? { names: { ...graft.inputs, ...found } } : {}),
    },
  };
}
