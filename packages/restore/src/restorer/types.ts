import type { Part } from '../image/rgba.ts';

/** Where a model runs, and why. */
export interface RestorerDevice {
  readonly name: 'cpu' | 'cuda' | 'webgpu' | 'wasm';
  /** One sentence, such as 'the page is not cross-origin isolated, so wasm has one thread'. */
  readonly reason: string;
}

/** Progress of a call, in runs of the model. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** The tile that was just restored; undefined while the model looks at the whole image. */
  readonly tile?: Part;
}

/** Options of one call. */
export interface RestorerOptions<Step extends Progress = Progress> {
  /** 0 is the host alone, 1 the adapter as trained; default: 1. */
  readonly strength?: number;
  /** Longest side of a tile in pixels; default: `auto`, as large as half the free memory allows. */
  readonly tile?: number | 'auto';
  /** Rejects the call at once; the model stops after its current tile. */
  readonly signal?: AbortSignal;
  /**
   * Called after each run of the model: one for each tile, and before them, for an image in several
   * tiles, those that look at the whole image.
   */
  readonly onProgress?: (progress: Step) => void;
}

/** Options of a call that only looks at an image. */
export type DetectOptions = Pick<RestorerOptions<Progress>, 'tile' | 'signal' | 'onProgress'>;
