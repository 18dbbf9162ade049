import type { Part } from '../image/rgba.ts';

/** Where a model runs, and why. */
export interface RestorerDevice {
  readonly name: 'cpu' | 'cuda' | 'webgpu' | 'wasm';
  /** One sentence, such as 'the page is not cross-origin isolated, so wasm has one thread'. */
  readonly reason: string;
}

/** Progress of a call. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** The tile that was just restored. */
  readonly tile: Part;
}

/** Options of one call. */
export interface RestorerOptions<Step extends Progress = Progress> {
  /** 0 is the host alone, 1 the adapter as trained; default: 1. */
  readonly strength?: number;
  /** Longest side of a tile in pixels; default: `auto`, as large as half the free memory allows. */
  readonly tile?: number | 'auto';
  /** Ends the call after the current tile. */
  readonly signal?: AbortSignal;
  /** Called after each tile. */
  readonly onProgress?: (progress: Step) => void;
}
