import { type Located, locateSkips } from '@pip-graft/backbones';
import { type GraphFacts, graphFacts, type Model } from '@pip-graft/onnx-graft';
import { type GraftRecord, type HostImage, readGraft, ungraft } from '@pip-graft/pip-core';

/** What a model is to a program that runs it. */
export interface Look {
  readonly family: string;
  /** Height and width of an image must be multiples of this; 1 for any size. */
  readonly sizeMultiple: number;
  /** How images enter and leave it; null where no input is an image. */
  readonly image: HostImage | null;
  /** null where the model carries no graft. */
  readonly graft: GraftRecord | null;
}

/**
 * What a model is, as its stamp says it; where there is no graft, as its graph shows it. A stamp is taken at
 * its word because a graft changes the graph: with inputs that have to be fed, sizes cannot be tried any more.
 *
 * Errors: `CORRUPT_FILE` for a stamp that is none.
 *
 * @example lookAt(model).sizeMultiple // 8
 */
export function lookAt(model: Model, facts?: GraphFacts): Look {
  const graft = readGraft(model);
  if (graft?.host.image) {
    const { family, image } = graft.host;
    return { family, sizeMultiple: image.sizeMultiple, image, graft };
  }
  const located = locateSkips(model, facts);
  const { family, sizeMultiple } = located;
  return { family, sizeMultiple, image: imageOf(located), graft };
}

/** How images enter and leave a host, for its stamp. */
export function imageOf({ image, sizeMultiple }: Located): HostImage | null {
  if (!image) return null;
  const { input, output = null, layout, values } = image;
  return { input, output, sizeMultiple, ...(layout === 'NHWC' ? { layout } : {}), values };
}

/** The skip connections of a host, or of the host under a graft. */
export function locateUnder(model: Model): Located {
  const under = readGraft(model) === null ? model : ungraft(model).model;
  return locateSkips(under, graphFacts(under));
}
