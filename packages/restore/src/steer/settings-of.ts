import { lookClosely } from '@pip-graft/graft';
import { bytesPerPixel, deepestScale, fixedInside } from '@pip-graft/imaging';
import { graphFacts, type Model } from '@pip-graft/onnx-graft';
import type { GraftRecord } from '@pip-graft/pip-core';
import type { Door } from '../door/door.ts';
import type { RestoreTiledOptions } from '../run/restore-tiled.ts';

/** A size multiple that suits usual networks, for a graph that does not show what makes its output. */
const unshown = 64;

/** What a model needs to run on images, whatever the caller's options. */
export interface ModelSettings {
  /** null without a graft. */
  readonly graft: GraftRecord | null;
  /** The order of the weights; empty if the model takes none. */
  readonly labels: readonly string[];
  /** How images get in and out; null if no input is an image. */
  readonly door: Door | null;
  /** Names of the inputs that the graft added. */
  readonly steering: readonly string[];
  /** Memory of a run, for choosing tiles. */
  readonly bytesPerPixel: number;
  /** The size that the model resizes every image to; a tile is then not a part of the whole. */
  readonly inside: { readonly height: number; readonly width: number } | undefined;
  readonly restore: Pick<RestoreTiledOptions, 'names'> &
    Required<Pick<RestoreTiledOptions, 'sizeMultiple' | 'tileStep'>>;
}

/**
 * Returns how `restoreTiled` must treat a model: its size multiple, where tiles start, and the
 * names of its inputs.
 *
 * Errors: `CORRUPT_FILE` for an invalid stamp.
 *
 * @example await restoreTiled(session, image, settingsOf(model).restore)
 */
export function settingsOf(model: Model): ModelSettings {
  const facts = graphFacts(model);
  const { sizeMultiple, image, unfit, graft } = lookClosely(model, facts);
  const found = graft?.auto ? { found: graft.auto.output } : {};
  return {
    graft,
    labels: graft?.inputs ? graft.labels : [],
    door: image && { ...image, unfit },
    steering: graft?.inputs ? [graft.inputs.degradation, graft.inputs.strength] : [],
    bytesPerPixel: bytesPerPixel(facts),
    inside: fixedInside(facts),
    restore: {
      sizeMultiple: image?.output === null ? Math.max(sizeMultiple, unshown) : sizeMultiple,
      tileStep: deepestScale(facts),
      ...(graft?.inputs ? { names: { ...graft.inputs, ...found } } : {}),
    },
  };
}
