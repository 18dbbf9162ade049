import type { Image } from '@pip-graft/imaging';
import type { Device, LatencyOptions } from '@pip-graft/runtime';
import type { Tolerances } from './tolerances.ts';
import type { Verdict } from './verdict.ts';

export interface ValidateOptions {
  /** Path of the grafted file. */
  readonly grafted: string;
  /** Path of its host; left out, what is left when the graft is taken out. */
  readonly base?: string;
  /** Default 'cpu'. */
  readonly device?: Device;
  readonly deviceId?: number;
  readonly threads?: number;
  /** Multiple that both sides of an image must have; default twice the coarsest grafted scale. */
  readonly sizeMultiple?: number;
  /** Ratios of the graft to its host that must not be passed; measured and not judged when left out. */
  readonly budget?: { readonly overhead?: number; readonly memory?: number };
  readonly tolerances?: Partial<Tolerances>;
  /** `side` of the square image that is timed; default 128. */
  readonly timing?: LatencyOptions & { readonly side?: number };
  /** A natural image; default one that travels with this package. */
  readonly image?: Image;
  /** Names of the checks to run, for a quick look; default all. */
  readonly only?: readonly string[];
  /** Try many sizes, batches and settings, and the largest image that fits. Default false. */
  readonly sweep?: boolean;
  /** Compare every inner tensor with the CPU. Default false. */
  readonly layers?: boolean;
  /** Compare images restored in tiles of this many pixels a side with the same restored whole. */
  readonly tiles?: { readonly tile: number; readonly overlap?: number };
  /** Longest that a single step of native code may take, in milliseconds; default five minutes. */
  readonly timeout?: number;
  /** Ends what is running and throws. */
  readonly signal?: AbortSignal;
  /** Called within checks of several steps. */
  readonly onStep?: (done: number, total: number) => void;
  /** Called before each check. */
  readonly onStart?: (name: string, done: number, total: number) => void;
  /** Called after each check. */
  readonly onCheck?: (verdict: Verdict, done: number, total: number) => void;
}
