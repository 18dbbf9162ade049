import type { GraphFacts } from '@pip-graft/onnx-graft';

/** Consecutive nodes that run together. */
export interface Slice {
  /** Indices of the nodes, including the constant nodes that they need. */
  readonly nodes: ReadonlySet<number>;
  /** Values from earlier slices that this slice reads. */
  readonly inputs: readonly string[];
  /** Values that its own nodes compute. */
  readonly outputs: readonly string[];
  /** Values from this or earlier slices that a later slice reads. */
  readonly live: readonly string[];
}

/** Assumed size in bytes of a value whose size is unknown. */
const unknownBytes = 4_000_000;

/**
 * Cuts a model with fixed sizes into slices that produce at most `budget` bytes each (a single node
 * may produce more), where few bytes cross the cut.
 *
 * Nodes that depend only on constants belong to no slice: every slice that reads them repeats them,
 * like weights.
 */
export function planSlices(facts: GraphFacts, budget: number): Slice[] {
  const { nodes } = facts.model.graph;
  const constant = constantNodes(facts);
  const body = nodes.filter(({ index }) => !constant.has(index)).map(({ index }) => index);
  const made = body.map((index) => sum(nodes[index]!.outputs, (value) => bytesOf(facts, value)));
  const live = liveBytes(facts, body);
  const slices: Slice[] = [];
  for (let start = 0; start < body.length; ) {
    const end = cut(start, made, live, budget);
    slices.push(sliceOf(facts, body, constant, start, end));
    start = end;
  }
  return slices;
}

/** End of the slice that starts at `start`: the cut with the fewest live bytes in the second half of the budget. */
function cut(
  start: number,
  made: readonly number[],
  live: readonly number[],
  budget: number,
): number {
  let end = start;
  let total = 0;
  let best = start + 1;
  let least = Number.POSITIVE_INFINITY;
  while (end < made.length && (end === start || total + made[end]! <= budget)) {
    total += made[end]!;
    end++;
    if ((total >= budget / 2 || end === made.length) && live[end]! <= least) {
      least = live[end]!;
      best = end;
    }
  }
  return end === made.length ? end : least === Number.POSITIVE_INFINITY ? end : best;
}

/** Nodes that read nothing but weights and each other. */
function constantNodes({ model, producers, captures }: GraphFacts): Set<number> {
  const { initializers, nodes } = model.graph;
  // An input with a default counts as a weight, because nothing is fed to it.
  const weights = new Set(initializers.map(({ name }) => name));
  const found = new Set<number>();
  const known = (name: string): boolean =>
    name === '' || weights.has(name) || found.has(producers.get(name) ?? -1);
  for (const node of nodes) {
    const reads = [...node.inputs, ...(captures.get(node.index) ?? [])];
    const random = /^(Random|Multinomial|Bernoulli|Dropout)/.test(node.opType);
    if (!random && reads.every(known)) found.add(node.index);
  }
  return found;
}

/** Bytes that cross a cut before each node of `body`. */
function liveBytes(facts: GraphFacts, body: readonly number[]): number[] {
  const change = new Array<number>(body.length + 1).fill(0);
  const place = new Map(body.map((index, at) => [index, at]));
  for (const [at, index] of body.entries()) {
    for (const value of facts.model.graph.nodes[index]!.outputs) {
      const last = Math.max(at, ...facts.uses(value).map(({ node }) => place.get(node) ?? at));
      if (last === at) continue;
      const size = bytesOf(facts, value);
      change[at + 1]! += size;
      change[last + 1]! -= size;
    }
  }
  let running = 0;
  return change.map((by) => (running += by));
}

function sliceOf(
  facts: GraphFacts,
  body: readonly number[],
  constant: ReadonlySet<number>,
  start: number,
  end: number,
): Slice {
  const graph = facts.model.graph;
  const own = new Set(body.slice(start, end));
  const later = new Set(body.slice(end));
  const earlier = new Set(body.slice(0, start));
  const weights = new Set(graph.initializers.map(({ name }) => name));
  const fed = new Set(graph.inputs.map(({ name }) => name).filter((name) => !weights.has(name)));
  const nodes = new Set(own);
  const inputs = new Set<string>();
  const need = (index: number): void => {
    const node = graph.nodes[index]!;
    for (const value of [...node.inputs, ...(facts.captures.get(index) ?? [])]) {
      const maker = facts.producer(value);
      if (fed.has(value) || (maker !== undefined && earlier.has(maker))) inputs.add(value);
      else if (maker !== undefined && constant.has(maker) && !nodes.has(maker)) {
        nodes.add(maker);
        need(maker);
      }
    }
  };
  for (const index of own) need(index);
  const madeBy = (indices: Iterable<number>): string[] =>
    [...indices].flatMap((index) => graph.nodes[index]!.outputs).filter((value) => value !== '');
  const isLive = (value: string): boolean => facts.uses(value).some(({ node }) => later.has(node));
  const live = [...madeBy([...earlier, ...own]), ...fed].filter(isLive);
  return { nodes, inputs: [...inputs], outputs: madeBy(own), live };
}

function bytesOf(facts: GraphFacts, value: string): number {
  const fact = facts.sample.values.get(value);
  const count = fact?.dims?.reduce((product, size) => product * size, 1) ?? Number.NaN;
  if (Number.isNaN(count)) return unknownBytes;
  return count * (fact?.dataType === 'float16' ? 2 : fact?.dataType === 'int64' ? 8 : 4);
}

function sum<T>(list: readonly T[], f: (item: T) => number): number {
  return list.reduce((total, item) => total + f(item), 0);
}
