import type { GraphFacts } from '@pip-graft/onnx-graft';

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
export function featureOf(facts: GraphFacts, value: string): Feature | undefined {
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
