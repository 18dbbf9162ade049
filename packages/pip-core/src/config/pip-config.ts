import type { FloatType } from '@pip-graft/onnx-graft';

/** How the universal restoration prompt modulates the skip feature (paper section 3.3, spec pip.md section 3). */
export const pipModes = [
  'pip_cross',
  'pip_cross_topm',
  'convgate',
  'promptir_gate',
  'promptir',
] as const;

export type PipMode = (typeof pipModes)[number];

/** What goes to the merge: the paper's Z', or Z plus a gated Z'. */
export const pipAttachments = ['replace', 'residual'] as const;

export type PipAttach = (typeof pipAttachments)[number];

/** What a residual's gate holds: a factor for each channel, or a row of them for each label. */
export const pipGates = ['label', 'channel'] as const;

export type PipGate = (typeof pipGates)[number];

/**
 * Whether a module may act by where in the image a pixel lies. `learned`, the authors': the basic
 * restoration prompt is a map, and convolutions pad with zeros. `none`: the prompt is one vector,
 * repeated over the map, and convolutions repeat the edge, so a constant image stays constant.
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
  /** s: height and width of the map that the basic restoration prompt is, or is repeated over. */
  readonly promptSize: number;
  /** Attention heads of prompt-to-prompt. */
  readonly p2pHeads: number;
  /** Attention heads of prompt-to-feature. */
  readonly p2fHeads: number;
}

/** What a set of PIP modules is made of; with it, every parameter's shape is known. */
export interface PipConfig {
  readonly mode: PipMode;
  readonly attach: PipAttach;
  /** Only with `residual`. Default `channel`, as adapters have it that do not say. */
  readonly gate?: PipGate | undefined;
  /** Default `learned`, as adapters have it that do not say. */
  readonly position?: PipPosition | undefined;
  /** Deviation that the basic restoration prompt starts with. Default 1, the authors'. */
  readonly promptStd?: number | undefined;
  /** Names of the degradations, in the order of the weights. */
  readonly labels: readonly string[];
  /** Ascending by level. */
  readonly levels: readonly LevelConfig[];
  /** Hidden width of the feed-forward parts is floor(expansion · width). */
  readonly expansion: number;
  /** What the parameters are stored in; modules compute in the host's type. */
  readonly dtype: FloatType;
}

/** True for the two modes with attention between prompt and feature. */
export function isCrossMode(mode: PipMode): mode is 'pip_cross' | 'pip_cross_topm' {
  return mode === 'pip_cross' || mode === 'pip_cross_topm';
}

/** True where modules do not act by position. */
export function hasNoPosition({ position }: Pick<PipConfig, 'position'>): boolean {
  return position === 'none';
}

/** True where the gate has a row for each label. */
export function hasLabelGate({ attach, gate }: PipConfig): boolean {
  return attach === 'residual' && gate === 'label';
}

/** Hidden width of a feed-forward part on `width` channels. */
export function hiddenWidth(width: number, expansion: number): number {
  return Math.floor(width * expansion);
}

/** How many entries of a row of length `k` each of the four top-m attentions keeps. */
export function topmCounts(k: number): [number, number, number, number] {
  return [
    Math.floor(k / 2),
    Math.floor((k * 2) / 3),
    Math.floor((k * 3) / 4),
    Math.floor((k * 4) / 5),
  ];
}
