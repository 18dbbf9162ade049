import type { Image } from '@pip-graft/imaging';
import type { DoorOptions } from '@pip-graft/restore';
import type { Device, LatencyOptions } from '@pip-graft/runtime';
import type { Tolerances } from './tolerances.ts';
import type { Verdict } from './verdict.ts';

export interface ValidateOptions extends DoorOptions {
  /** Path of the grafted file. */
  readonly grafted: string;
  /** Path of its host; default: the model with the graft removed. */
  readonly base?: string;
  /** Default 'cpu'. */
  readonly device?: Device;
  readonly deviceId?: number;
  readonly threads?: number;
  /** Number that both image sides must be multiples of; default: twice the coarsest grafted scale. */
  readonly sizeMultiple?: number;
  /** Largest allowed ratios of graft to host; without one, the ratio is only measured. */
  readonly budget?: { readonly overhead?: number; readonly memory?: number };
  readonly tolerances?: Partial<Tolerances>;
  /** `side` is the side of the square image to time; default 128. */
  readonly timing?: LatencyOptions & { readonly side?: number };
  /** A natural image; default: the sample in this package. */
  readonly image?: Image;
  /** Names of the checks to run; default: all. */
  readonly only?: readonly string[];
  /** Try many sizes, batches and settings, and the largest image that fits. Default false. */
  readonly sweep?: boolean;
  /** Compare every inner tensor with the CPU. Default false. */
  readonly layers?: boolean;
  /** Compare an image restored in tiles of this side, in pixels, with the same image restored whole. */
  readonly tiles?: { readonly tile: number; readonly overlap?: number };
  /** Time limit for one native step, in milliseconds; default: five minutes. */
  readonly timeout?: number;
  /** Cancels the run and throws. */
  readonly signal?: AbortSignal;
  /** Called after each step of a longer check. */
  readonly onStep?: (done: number, total: number) => void;
  /** Called before each check. */
  readonly onStart?: (name: string, done: number, total: number) => void;
  /** Called after each check. */
  readonly onCheck?: (verdict: Verdict, done: number, total: number) => void;
}
