import {
  hasLabelGate,
  isCrossMode,
  type LevelConfig,
  type PipConfig,
} from '../config/pip-config.ts';
import { emittedHiddenWidth } from '../emit/feed-forward.ts';

/** Multiply-adds of convolutions and matrix products: `fixed + perPixel · H · W` of the feature. */
export interface Cost {
  readonly fixed: number;
  readonly perPixel: number;
}

/**
 * Cost of one emitted level for one image. As usual, elementwise work, norms and resizing are not
 * counted; what is folded at graft time does not occur.
 *
 * @example const { fixed, perPixel } = levelCost(level, config); // fixed + perPixel * 256 * 256
 */
export function levelCost(level: LevelConfig, config: PipConfig): Cost {
  const { channels: C, promptChannels: c, promptSize: s, p2pHeads } = level;
  const prompt = attention({ rows: c, channels: c, heads: p2pHeads, projections: 2 });
  const promptPixel = prompt.perPixel + feedForward(c, config.expansion);
  const interaction = interactionCost(level, config);
  const outputConv = 9 * c * c;
  const degradations =
    config.labels.length * c +
    (config.attach === 'residual' ? C * (hasLabelGate(config) ? config.labels.length : 1) : 0);
  return {
    fixed: degradations + prompt.fixed + promptPixel * s * s + interaction.fixed,
    perPixel: outputConv + interaction.perPixel,
  };
}

/** Multiply-adds of a level for an input image of a size, at a level `scale` times smaller. */
export function costAt(
  { fixed, perPixel }: Cost,
  height: number,
  width: number,
  scale: number,
): number {
  return fixed + perPixel * Math.ceil(height / scale) * Math.ceil(width / scale);
}

function interactionCost(level: LevelConfig, { mode, expansion }: PipConfig): Cost {
  const { channels: C, promptChannels: c, p2fHeads: heads } = level;
  if (isCrossMode(mode)) {
    const { fixed, perPixel } = attention({ rows: C, channels: c, heads, projections: 2 });
    const query = C * c + 9 * c;
    const reduce = C < c ? C * C : 0;
    return { fixed, perPixel: perPixel + query + reduce + feedForward(C, expansion) };
  }
  if (mode === 'convgate') return { fixed: 0, perPixel: 9 * (c * c + 2 * C * c) };
  const width = C + c;
  const { fixed, perPixel } = attention({ rows: width, channels: width, heads, projections: 3 });
  const reduce = (mode === 'promptir' ? 1 : 10) * C * width;
  return { fixed, perPixel: perPixel + feedForward(width, expansion) + reduce };
}

/**
 * Projections (1x1 and depthwise), scores, the projection into the attention, its product with the
 * values.
 */
function attention(sizes: {
  rows: number;
  channels: number;
  heads: number;
  projections: number;
}): Cost {
  const { rows, channels, heads, projections } = sizes;
  const k = channels / heads;
  return {
    fixed: heads * rows * k * k,
    perPixel: projections * (channels * channels + 9 * channels) + channels * k + rows * channels,
  };
}

function feedForward(width: number, expansion: number): number {
  const hidden = emittedHiddenWidth(width, expansion);
  return 3 * hidden * width + 18 * hidden;
}
