import { GraftError } from '@pip-graft/onnx-graft';
import { labelWeights } from '@pip-graft/pip-core';
import { nameOfKind } from '../image/rgba.ts';
import type { LoadedModel } from '../restorer/loaded-model.ts';
import { isPlain } from '../restorer/require-options.ts';
import { checkStrength } from './steering.ts';

/**
 * Weights by label; a label that is omitted or undefined weighs 0, an object without labels counts
 * as no weights.
 */
export type Weights<Label extends string = string> = { readonly [L in Label]?: number | undefined };

/**
 * Converts weights by label to a row in the model's order; undefined for none.
 *
 * Errors: `UNKNOWN_LABEL`, `INVALID_WEIGHTS`; `INVALID_ARGUMENT` for weights or a strength that the model does not
 * take.
 */
export function weightsRow(
  { session, settings }: LoadedModel,
  weights: Weights | undefined,
  strength: number | undefined,
): number[] | undefined {
  const { labels } = settings;
  if (weights !== undefined && !isPlain(weights)) {
    throw new GraftError(
      'INVALID_WEIGHTS',
      `weights: ${nameOfKind(weights)} was passed; pass numbers by label, such as { ${labels[0] ?? 'rain'}: 1 }.`,
    );
  }
  if (strength !== undefined) checkStrength(strength);
  const given = Object.entries(weights ?? {}).filter(([, weight]) => weight !== undefined);
  const asked = given.length > 0 ? 'weights' : strength !== undefined ? 'strength' : undefined;
  if (asked !== undefined && labels.length === 0) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${session.label}: it takes no ${asked}: it carries no graft, or its degradation is baked in.`,
    );
  }
  if (given.length === 0) return undefined;
  return labelWeights(Object.fromEntries(given) as Readonly<Record<string, number>>, labels);
}

/** Converts a row of weights to weights by label. */
export function namedWeights(
  labels: readonly string[],
  row: readonly number[],
): Readonly<Record<string, number>> {
  return Object.fromEntries(labels.map((label, at) => [label, row[at]!]));
}
