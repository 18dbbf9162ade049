import type { GraphFacts } from '@pip-graft/onnx-graft';
import type { Skip } from './choose-skips.ts';

/** Nodes behind a skip feature among which its layer is looked for. */
const reach = 64;
const layers = new Set(['Conv', 'ConvTranspose', 'FusedConv', 'MatMul', 'Gemm']);

/**
 * Which call of a network each skip connection is of, from 1, where a model applies one network several
 * times, as ensembles over flips do: then the skips of one resolution come from layers that read one weight.
 * undefined where they do not: other networks in a row have weights of their own.
 */
export function callsOf(facts: GraphFacts, skips: readonly Skip[]): readonly number[] | undefined {
  const counts = new Map<string, number>();
  const byScale = new Map<number, Set<string>>();
  const calls = skips.map(({ join, skip }) => {
    const key = `${join.scale} ${join.kind} ${skip.feature.channels} ${weightBehind(facts, skip.value)}`;
    byScale.set(join.scale, (byScale.get(join.scale) ?? new Set()).add(key));
    const call = (counts.get(key) ?? 0) + 1;
    counts.set(key, call);
    return call;
  });
  const isOne = [...byScale.values()].every((keys) => keys.size === 1);
  const [first, ...others] = counts.values();
  return isOne && others.every((count) => count === first) ? calls : undefined;
}

/** Name of the weight of the nearest layer behind a value; the value's own where there is none. */
function weightBehind(facts: GraphFacts, value: string): string {
  const { nodes, initializers } = facts.model.graph;
  const stored = new Set(initializers.map(({ name }) => name));
  const open = [value];
  const seen = new Set<string>();
  for (let at = 0; at < open.length && at < reach; at++) {
    const maker = facts.producer(open[at]!);
    if (maker === undefined) continue;
    const { opType, inputs } = nodes[maker]!;
    const weight = layers.has(opType) ? inputs[1] : undefined;
    if (weight !== undefined && stored.has(weight)) return weight;
    for (const input of inputs) if (!seen.has(input)) open.push(input);
    for (const input of inputs) seen.add(input);
  }
  return value;
}
