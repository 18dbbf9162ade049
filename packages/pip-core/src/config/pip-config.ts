import type { FloatType } from '@pip-graft/onnx-graft';

/**
 * How the universal restoration prompt modulates the skip feature (paper section 3.3,
 * docs/notes/pip.md section 3).
 */
export const pipModes = [
  'pip_cross',
  'pip_cross_topm',
  'convgate',
  'promptir_gate',
  'promptir',
] as const;

export type PipMode = (typeof pipModes)[number];

/** What the merge gets: the paper's Z', or Z plus a gated Z'. */
export const pipAttachments = ['replace', 'residual'] as const;

export type PipAttach = (typeof pipAttachments)[number];

/** Contents of a residual's gate: a factor per channel, or a row of them per label. */
export const pipGates = ['label', 'channel'] as const;

export type PipGate = (typeof pipGates)[number];

/**
 * Whether a module may depend on a pixel's position in the image. `learned`, as the authors do: the
 * basic restoration prompt is a map, and convolutions pad with zeros. `none`: the prompt is one
 * vector, repeated over the map, and convolutions replicate the edge, so a constant image stays
 * constant.
 */
export const pipPositions = ['learned', 'none'] as const;

export type PipPosition = (typeof pipPositions)[number];

/** Sizes of the module at one skip connection. */
export interface LevelConfig {
  /** Level 1 is full resolution. */
  readonly level: number;
  /** C: channels of the host's skip feature. */
  readonly channels: number;
  /** c: channels of the prompts. */
  readonly promptChannels: number;
  /** s: height and width of the basic restoration prompt's map, or the map it is repeated over. */
  readonly promptSize: number;
  /** Attention heads of prompt-to-prompt. */
  readonly p2pHeads: number;
  /** Attention heads of prompt-to-feature. */
  readonly p2fHeads: number;
}

/** Configuration of a set of PIP modules; it determines the shape of every parameter. */
export interface PipConfig {
  readonly mode: PipMode;
  readonly attach: PipAttach;
  /** Only with `residual`. Default: `channel`, for adapters that do not say. */
  readonly gate?: PipGate | undefined;
  /** Default: `learned`, for adapters that do not say. */
  readonly position?: PipPosition | undefined;
  /** Initial deviation of the basic restoration prompt. Default: 1, the authors' value. */
  readonly promptStd?: number | undefined;
  /** Names of the degradations, in the order of the weights. */
  readonly labels: readonly string[];
  /** Ascending by level. */
  readonly levels: readonly LevelConfig[];
  /** Hidden width of the feed-forward parts is floor(expansion · width). */
  readonly expansion: number;
  /** Type in which the parameters are stored; modules compute in the host's type. */
  readonly dtype: FloatType;
}

/** Whether a mode is one of the two with attention between prompt and feature. */
export function isCrossMode(mode: PipMode): mode is 'pip_cross' | 'pip_cross_topm' {
  return mode === 'pip_cross' || mode === 'pip_cross_topm';
}

/** Whether modules are independent of position. */
export function hasNoPosition({ position }: Pick<PipConfig, 'position'>): boolean {
  return position === 'none';
}

/** Whether the gate has a row for each label. */
export function hasLabelGate({ attach, gate }: PipConfig): boolean {
  return attach === 'residual' && gate === 'label';
}

/** Hidden width of a feed-forward part on `width` channels. */
export function hiddenWidth(width: number, expansion: number): number {
  return Math.floor(width * expansion);
}

/** Number of entries that each of the four top-m attentions keeps of a row of length `k`. */
export function topmCounts(k: number): [number, number, number, number] {
  return [
    Math.floor(k / 2),
    Math.floor((k * 2) / 3),
    Math.floor((k * 3) / 4),
    Math.floor((k * 4) / 5),
  ];
}
