import type { GraphFacts } from '@pip-graft/onnx-graft';
import type { SliceValue } from '@pip-graft/runtime';
import type { LayerGap } from '../figures.ts';

/**
 * Marks the values of a slice where an error starts: beyond the limit there, but in no input of the
 * node.
 *
 * @param before the rows of earlier slices, which this slice reads
 */
export function judgeLayers(
  values: readonly SliceValue[],
  facts: Pick<GraphFacts, 'model' | 'producer'>,
  before: readonly LayerGap[],
  limit: number,
): LayerGap[] {
  const errors = new Map([
    ...before.map((row) => [row.value, row.relative] as const),
    ...values.map((row) => [row.value, row.gap.relative] as const),
  ]);
  // NaN exceeds every limit.
  const wrong = (error: number): boolean => !(error <= limit);
  return values.map(({ value, dims, gap, own }) => {
    const node = facts.model.graph.nodes[facts.producer(value)!]!;
    const inherited = node.inputs.some((name) => wrong(errors.get(name) ?? 0));
    const begins = wrong(gap.relative) && !inherited;
    return { value, node: node.name, opType: node.opType, dims, ...gap, own, begins };
  });
}

/** Most rows of either kind in a report. */
const shown = 40;

/** The rows where errors start and the worst of the others, in graph order. */
export function selectLayers(layers: readonly LayerGap[]): LayerGap[] {
  const size = ({ relative }: LayerGap): number =>
    Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative;
  const beginnings = layers.filter(({ begins }) => begins).slice(0, shown);
  const rest = layers
    .filter(({ begins, maxAbs }) => !begins && maxAbs !== 0)
    .sort((a, b) => size(b) - size(a) || b.own - a.own)
    .slice(0, shown);
  const chosen = new Set([...beginnings, ...rest]);
  return layers.filter((layer) => chosen.has(layer));
}
