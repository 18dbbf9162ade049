import type { GraphBuilder } from '../graph-builder.ts';
import { type Axes, axesValue } from './axes.ts';
import { concat } from './concat.ts';
import type { Named } from './named.ts';
import { dimensions } from './shape.ts';

/**
 * An NCHW value resized to a height and width: bilinear, half-pixel centres, no antialias, which
 * is PyTorch's `interpolate(mode='bilinear', align_corners=False)`.
 *
 * `size` is [height, width], or the name of an int64 vector of these two. Since 18 Resize takes
 * the sizes of named axes; before, the first two dimensions are read off x.
 *
 * @example ops.resizeTo(g, prompt, ops.spatialSize(g, feature))
 */
export function resizeTo(g: GraphBuilder, x: string, size: Axes, options: Named = {}): string {
  const attributes = {
    mode: { string: 'linear' },
    coordinate_transformation_mode: { string: 'half_pixel' },
  };
  const target = axesValue(g, size);
  if (g.opset >= 18) {
    return g.node(
      'Resize',
      [x, '', '', target],
      { ...attributes, axes: { ints: [2, 3] } },
      options,
    )[0]!;
  }
  const sizes = concat(g, [dimensions(g, x, 0, 2), target], 0);
  // Regions and scales became optional in 13; before, an empty tensor says "not given".
  const none = g.opset >= 13 ? '' : g.floats([]);
  return g.node('Resize', [x, none, none, sizes], attributes, options)[0]!;
}
