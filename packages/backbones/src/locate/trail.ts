import type { GraphFacts, NodeSet, RejectedSite } from '@pip-graft/onnx-graft';

/** Nodes whose values an output of the model depends on; those only read for a size are dead. */
export function liveNodes(facts: GraphFacts): NodeSet {
  const { nodes, outputs } = facts.model.graph;
  const seen = new Uint8Array(nodes.length);
  const open = outputs.map(({ name }) => facts.producer(name));
  while (open.length > 0) {
    const at = open.pop();
    if (at === undefined || seen[at] === 1) continue;
    seen[at] = 1;
    const { opType, inputs } = nodes[at]!;
    if (opType === 'Shape' || opType === 'Size') continue;
    for (const name of inputs) open.push(facts.producer(name));
    for (const name of facts.captures.get(at) ?? []) open.push(facts.producer(name));
  }
  return { has: (node) => seen[node] === 1 };
}

/** How a value reached its resolution; bits, since a value may have come both ways. */
export const came = {
  /** From the image, or from a higher resolution: the encoder's way. */
  down: 1,
  /** From a lower resolution: the decoder's way. */
  up: 2,
} as const;

/** The last position of a value's pixels. */
interface Step {
  readonly scale: number;
  readonly came: number;
}

/** How every value of the main graph reached its resolution. */
export interface Trails {
  feature(value: string): Feature | undefined;
  /** Bits of {@link came}; 0 for values without content of the image. */
  came(value: string): number;
  /** The lowest resolution (largest scale) anywhere. */
  readonly deepest: number;
}

/**
 * Follows the image's pixels through the graph in one pass. A feature map inherits the path of the
 * feature maps it is made of; vectors that modulate it (channel attention, pooled statistics) are
 * ignored. Values between feature maps, such as attention's matrices or the halves of a pixel
 * shuffle, carry the paths of what they are made of.
 */
export function trailsOf(facts: GraphFacts): Trails {
  const features = new Map<string, Feature | undefined>();
  const steps = new Map<string, readonly Step[]>();
  const { graph } = facts.model;
  let deepest = 1;
  for (const { name } of graph.inputs) {
    const feature = featureOf(facts, name);
    features.set(name, feature);
    if (feature) steps.set(name, [{ scale: feature.scale, came: came.down }]);
    // If a wrapper makes another image, the model's image is not the network's.
    else if (facts.sample.values.get(name)?.axes?.includes('H')) steps.set(name, []);
  }
  for (const node of graph.nodes) {
    // A size is not pixels: a reshape by the image's size does not inherit its path.
    if (node.opType === 'Shape' || node.opType === 'Size') continue;
    const captured = facts.captures.get(node.index);
    const read = captured === undefined ? node.inputs : [...node.inputs, ...captured];
    const [only] = read;
    let all: readonly Step[];
    let direct: readonly Step[];
    // Most nodes read one value; the general way takes several lists.
    if (read.length <= 1) {
      const step = only === undefined ? undefined : steps.get(only);
      if (step === undefined) continue;
      [all, direct] = [step, step];
    } else {
      const known = read.filter((name) => steps.has(name));
      if (known.length === 0) continue;
      const pixels = known.filter((name) => features.get(name) !== undefined);
      all = merged(known, steps);
      direct = pixels.length === 0 ? all : merged(pixels, steps);
    }
    for (const name of node.outputs) {
      const feature = featureOf(facts, name);
      features.set(name, feature);
      // The network's own image starts the path, whatever a wrapper did before.
      const isImage = name === facts.networkImage && feature !== undefined;
      if (isImage) steps.set(name, [{ scale: feature.scale, came: came.down }]);
      else if (feature === undefined) steps.set(name, all);
      else {
        if (Number.isInteger(feature.scale)) deepest = Math.max(deepest, feature.scale);
        steps.set(name, [{ scale: feature.scale, came: arrival(direct, feature.scale) }]);
      }
    }
  }
  return {
    feature: (value) => features.get(value),
    came: (value) => (features.get(value) ? (steps.get(value)?.[0]?.came ?? 0) : 0),
    deepest,
  };
}

function merged(
  names: readonly string[],
  steps: ReadonlyMap<string, readonly Step[]>,
): readonly Step[] {
  const first = steps.get(names[0]!)!;
  if (names.length === 1) return first;
  const bits = new Map<number, number>();
  for (const name of names) {
    for (const step of steps.get(name)!) {
      bits.set(step.scale, (bits.get(step.scale) ?? 0) | step.came);
    }
  }
  return [...bits].map(([scale, came]) => ({ scale, came }));
}

function arrival(from: readonly Step[], scale: number): number {
  let bits = 0;
  for (const step of from) {
    if (step.scale === scale) bits |= step.came;
    else bits |= step.scale < scale ? came.down : came.up;
  }
  return bits;
}

/** Domain of onnxruntime's operators on channel blocks. */
export const blockedDomain = 'com.microsoft.nchwc';

/** Convolutions that onnxruntime's optimisers rewrote for images with their channels last. */
function isChannelsLast(domain: string, opType: string): boolean {
  return (
    domain === 'com.ms.internal.nhwc' || (domain === 'com.microsoft' && opType.startsWith('Nhwc'))
  );
}

/** Number of nodes to name; the nodes after them are unknown because of them. */
const named = 3;

/**
 * Nodes at which shapes become unknown: they read a value of known shape and make one of unknown
 * shape. No skip connection can be recognised after them.
 */
export function unknownShapes(facts: GraphFacts): RejectedSite[] {
  const { values } = facts.sample;
  const isKnown = (name: string): boolean => values.get(name)?.dims !== undefined;
  const found = facts.model.graph.nodes.filter(
    ({ inputs, outputs }) =>
      inputs.length > 0 &&
      inputs.every((name) => name === '' || isKnown(name)) &&
      outputs.some((name) => name !== '' && !isKnown(name)),
  );
  return found.slice(0, named).map(({ name, index, opType, domain, outputs }) => {
    const operator = domain === '' ? opType : `${domain}:${opType}`;
    const more = found.length > named ? ` (and at ${found.length - named} more nodes)` : '';
    const advice =
      domain === blockedDomain
        ? "use the model as it was exported, or optimise it at level 'extended': at 'all', onnxruntime lays it out for one kind of processor"
        : isChannelsLast(domain, opType)
          ? 'use the model as it was exported, or optimise it without channels last (NhwcConv), which only GPUs have'
          : 'replace the operator, or annotate its output with a shape';
    return {
      value: outputs.find((output) => output !== '') ?? '',
      reason: `its shape is not known: the shape of what '${operator}' makes cannot be told at node ${name === '' ? `#${index}` : `'${name}'`}${more}, so nothing behind it can be grafted; ${advice}`,
    };
  });
}

/** A value that holds the image's pixels at some resolution, in any of the usual layouts. */
export interface Feature {
  readonly layout: 'NCHW' | 'NHWC' | 'tokens';
  /** Downsampling factor relative to the image. */
  readonly scale: number;
  readonly channels: number;
  readonly dims: readonly number[];
  /** Axis of the channels. */
  readonly channelAxis: number;
  /** Whether the first axis is that of the tokens, and the batch comes after it. */
  readonly isTokensFirst: boolean;
}

const layouts = {
  '..HW': { layout: 'NCHW', channelAxis: 1 },
  '.HW.': { layout: 'NHWC', channelAxis: 3 },
  '.T.': { layout: 'tokens', channelAxis: 2 },
  '..T': { layout: 'tokens', channelAxis: 1 },
  'T..': { layout: 'tokens', channelAxis: 2 },
} as const;

/** A value as a feature map; undefined if it is not one, or its sizes are unknown. */
function featureOf(facts: GraphFacts, value: string): Feature | undefined {
  const fact = facts.sample.values.get(value);
  if (fact?.dims === undefined || fact.axes === undefined) return undefined;
  const kind = layouts[fact.axes as keyof typeof layouts];
  if (kind === undefined) return undefined;
  const scale = facts.scale(value);
  if (scale === undefined) return undefined;
  const { layout, channelAxis } = kind;
  const { dims } = fact;
  const isTokensFirst = fact.axes === 'T..';
  // Windows of an attention have pixels where tokens before the batch have the batch.
  if (isTokensFirst && dims[1] !== 1) return undefined;
  return { layout, channelAxis, isTokensFirst, scale, channels: dims[channelAxis]!, dims };
}

/** Whether two feature maps have the same layout and size, channels aside. */
export function sameExtent(a: Feature, b: Feature): boolean {
  if (a.dims.length !== b.dims.length || a.channelAxis !== b.channelAxis) return false;
  return a.dims.every((size, axis) => axis === a.channelAxis || size === b.dims[axis]);
}
