import type { Node, Shaped } from '@pip-graft/onnx-graft';
import { bytesOf, rootsOf } from '../graph/step-memory.ts';

/** Input of {@link chooseCuts}. */
export interface CutRequest {
  /** The nodes of the forward pass, in topological order. */
  readonly nodes: readonly Node[];
  /** Whether a node can be computed a second time. */
  readonly again: (node: Node) => boolean;
  readonly shape: (value: string) => Shaped | undefined;
  /** Values of the forward pass that the backward pass reads. */
  readonly saved: ReadonlySet<string>;
}

/** Ratio of each tried budget of a segment to the previous one. */
const budgetStep = 0.8;

/**
 * Chooses where to cut the forward pass into segments, so that the backward pass holds only what
 * crosses the cuts and what it needs within one segment at a time. Returns the positions of nodes
 * that begin a segment.
 *
 * Cuts where little crosses, after at most a budget of bytes that the backward pass reads, and
 * takes the budget with the smallest sum of both. As in Chen et al. 2016 (Training Deep Nets with
 * Sublinear Memory Cost, algorithm 3).
 *
 * @example chooseCuts({ nodes, again: () => true, shape, saved }) // [14, 31]
 */
export function chooseCuts(request: CutRequest): readonly number[] {
  const { nodes, saved, shape, again } = request;
  const rootOf = rootsOf(nodes);
  const width = crossing(nodes, rootOf, shape);
  const roots = new Set([...saved].map(rootOf));
  const made = nodes.map((node) => {
    const own = node.outputs.filter((value) => rootOf(value) === value && roots.has(value));
    return again(node) ? sum(own, shape) : 0;
  });
  const all = made.reduce((a, b) => a + b, 0);
  let best: readonly number[] = [];
  let least = all;
  for (let budget = all * budgetStep; budget > all / 64; budget *= budgetStep) {
    const cuts = cutsWithin(made, width, budget);
    const cost = heldBy(cuts, request, made, rootOf);
    if (cost < least) [best, least] = [cuts, cost];
  }
  return best;
}

/**
 * Cuts before a segment's saved bytes exceed a budget, at the narrowest place of its second half.
 */
function cutsWithin(
  made: readonly number[],
  width: readonly number[],
  budget: number,
): readonly number[] {
  const cuts: number[] = [];
  let start = 0;
  let held = 0;
  let [narrowest, narrowAt] = [Number.POSITIVE_INFINITY, -1];
  for (let at = 0; at < made.length; at++) {
    held += made[at]!;
    if (held > budget && narrowAt > start) {
      cuts.push(narrowAt);
      start = narrowAt;
      held = made.slice(start, at + 1).reduce((a, b) => a + b, 0);
      [narrowest, narrowAt] = [Number.POSITIVE_INFINITY, -1];
    }
    // Cuts before the next node: what this one made crosses.
    if (held >= budget / 2 && width[at + 1]! < narrowest && at + 1 < made.length)
      [narrowest, narrowAt] = [width[at + 1]!, at + 1];
  }
  return cuts;
}

/** Returns the bytes that the cuts hold, plus those of the largest segment. */
function heldBy(
  cuts: readonly number[],
  { nodes, shape, again }: CutRequest,
  made: readonly number[],
  rootOf: (value: string) => string,
): number {
  const crosses = crossingValues(nodes, cuts, rootOf);
  const kept = new Set<string>();
  for (const node of nodes)
    for (const value of node.outputs) if (crosses.has(value) && again(node)) kept.add(value);
  let largest = 0;
  for (const [index, start] of [0, ...cuts].entries()) {
    const end = cuts[index] ?? nodes.length;
    let bytes = 0;
    for (let at = start; at < end; at++)
      if (!nodes[at]!.outputs.some((value) => kept.has(value))) bytes += made[at]!;
    largest = Math.max(largest, bytes);
  }
  return sum([...kept], shape) + largest;
}

/** Returns the values made before a cut and read after it. */
export function crossingValues(
  nodes: readonly Node[],
  cuts: readonly number[],
  rootOf: (value: string) => string,
): ReadonlySet<string> {
  const segmentOf = (at: number): number => cuts.filter((cut) => cut <= at).length;
  const home = new Map<string, number>();
  const found = new Set<string>();
  for (const [at, node] of nodes.entries()) {
    const segment = segmentOf(at);
    for (const value of node.inputs) {
      const root = rootOf(value);
      const from = home.get(root);
      if (from !== undefined && from < segment) found.add(root);
    }
    for (const value of node.outputs) if (rootOf(value) === value) home.set(value, segment);
  }
  return found;
}

/** Returns for each position the bytes made before it and read at or after it. */
function crossing(
  nodes: readonly Node[],
  rootOf: (value: string) => string,
  shape: (value: string) => Shaped | undefined,
): readonly number[] {
  const lastRead = new Map<string, number>();
  for (const [at, node] of nodes.entries())
    for (const value of node.inputs) lastRead.set(rootOf(value), at);
  const change = new Float64Array(nodes.length + 2);
  for (const [at, node] of nodes.entries())
    for (const value of node.outputs) {
      const last = rootOf(value) === value ? lastRead.get(value) : undefined;
      if (last === undefined) continue;
      const bytes = bytesOf(shape(value));
      change[at + 1]! += bytes;
      change[last + 1]! -= bytes;
    }
  let now = 0;
  return [...change].map((step) => {
    now += step;
    return now;
  });
}

function sum(values: readonly string[], shape: (value: string) => Shaped | undefined): number {
  return values.reduce((bytes, value) => bytes + bytesOf(shape(value)), 0);
}
