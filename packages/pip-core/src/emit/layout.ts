import { type GraphBuilder, ops, type SiteLayout } from '@pip-graft/onnx-graft';

/** Where a skip feature is, and how it is laid out. */
export interface FeaturePlace {
  readonly value: string;
  readonly channels: number;
  readonly layout: SiteLayout;
  /** Tokens only: a value in NCHW of the same height and width. */
  readonly extent?: string | undefined;
}

/** A skip feature as NCHW, which the modules work on. */
export function toNchw(g: GraphBuilder, place: FeaturePlace): string {
  const { value, layout, channels } = place;
  if (layout === 'NCHW') return value;
  if (layout === 'NHWC') return ops.transpose(g, value, [0, 3, 1, 2], { name: 'channels_second' });
  const rows = ops.transpose(g, value, [0, 2, 1], { name: 'channels_second' });
  const size = ops.spatialSize(g, place.extent!, { name: 'extent' });
  const dims = ops.concat(g, [g.ints([0, channels]), size], 0, { name: 'grid' });
  return ops.reshape(g, rows, dims, { name: 'pixels' });
}

/** What goes to the merge, in the layout that the merge reads. */
export function fromNchw(g: GraphBuilder, output: string, place: FeaturePlace): string {
  const { layout, channels } = place;
  if (layout === 'NCHW') return output;
  if (layout === 'NHWC') return ops.transpose(g, output, [0, 2, 3, 1], { name: 'channels_last' });
  const rows = ops.reshape(g, output, [0, channels, -1], { name: 'rows' });
  return ops.transpose(g, rows, [0, 2, 1], { name: 'channels_last' });
}
