import { GraftError } from '@pip-graft/onnx-graft';
import type { Part } from '../image/rgba.ts';
import { spelled } from '../image/spelled.ts';

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
  /**
   * 0 is the host alone, 1 the adapter as trained; default: 1. Any finite number is accepted; outside
   * 0 to 1.5 the result has a warning.
   */
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

/** Where a model may run: `auto` chooses; `cpu` and `cuda` are Node's, `wasm` is a browser's `cpu`. */
export type DeviceChoice = (typeof choices)[number];

const choices = ['auto', 'cpu', 'cuda', 'webgpu', 'wasm'] as const;

/** Rejects what a program without types may pass. Errors: `INVALID_ARGUMENT`. */
export function requireDevice(device: unknown): void {
  if (choices.some((choice) => choice === device)) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `device '${device}': use one of ${choices.map((choice) => `'${choice}'`).join(', ')}.`,
  );
}

/** More than any machine has; onnxruntime would start whatever number it gets. */
const most = 1024;

/** Rejects a number of threads that cannot be. Errors: `INVALID_ARGUMENT`. */
export function requireThreads(threads: number | undefined): void {
  if (threads === undefined) return;
  if (Number.isInteger(threads) && threads >= 1 && threads <= most) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `threads: ${spelled(threads)} is not a whole number from 1 to ${most}; pass one such as 4, or nothing for the default.`,
  );
}
