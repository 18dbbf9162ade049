/** One place where a node reads a value. */
export interface Use {
  /** Index of the reading node in the main graph. */
  readonly node: number;
  /** Which of its inputs. */
  readonly input: number;
}

/** A value plus the uses to redirect. */
export interface Site {
  readonly value: string;
  readonly uses: readonly Use[];
}

/** How a skip feature is laid out: channels second, channels last, or one row of channels a pixel, (N, H·W, C). */
export type SiteLayout = 'NCHW' | 'NHWC' | 'tokens';

/** A skip connection: the encoder's value, and the decoder merge that reads it. */
export interface SkipSite extends Site {
  /** Level 1 is full resolution. Several sites have one level where a model applies its network several times. */
  readonly level: number;
  readonly channels: number;
  readonly layout: SiteLayout;
  /** Tokens only: a value in NCHW, made before the merge, that has the height and width the rows lost. */
  readonly extent?: string | undefined;
  /** Downsampling factor against the input: 1, 2, 4, … */
  readonly scale: number;
  readonly join: 'concat' | 'add' | 'mul';
  /** Name (or, when it has none, first output) of the merging node. */
  readonly consumer: string;
  readonly evidence: readonly string[];
}

/** A rejected candidate. */
export interface RejectedSite {
  readonly value: string;
  readonly reason: string;
}
