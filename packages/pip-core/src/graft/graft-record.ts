import type { SkipSite, SpliceUndo } from '@pip-graft/onnx-graft';
import type { PipAttach, PipMode } from '../config/pip-config.ts';
import type { LevelValues } from '../emit/emit-level.ts';
import type { Baked, SteeringInputs } from '../plan/plan.ts';

/** Version of the `pip_graft` metadata entry that this library writes and reads. */
export const graftRecordVersion = 1;

/** The tool that made a graft. */
export interface GraftTool {
  readonly name: string;
  readonly version: string;
}

/** One grafted skip connection. */
export interface GraftedSite extends Omit<SkipSite, 'evidence'> {
  /** Values of the graft at this site, by what they are; `output` is what the merge reads now. */
  readonly values: LevelValues;
}

/** What a graft wrote about itself into the file: the metadata entry `pip_graft`. */
export interface GraftRecord {
  readonly formatVersion: number;
  readonly tool: GraftTool;
  readonly adapter: {
    readonly name: string;
    readonly version: string;
    readonly digest: string | null;
    readonly trained: boolean;
  };
  readonly host: {
    readonly family: string;
    readonly fingerprint: string | null;
    readonly digest: string;
  };
  readonly mode: PipMode;
  readonly attach: PipAttach;
  readonly labels: readonly string[];
  /** Actual names of the added inputs; null when baked. */
  readonly inputs: SteeringInputs | null;
  readonly defaultDegradation: readonly number[];
  readonly baked: Baked | null;
  /** Node indexes in `uses` are those of the host. */
  readonly sites: readonly GraftedSite[];
  /** What takes the graft out again. */
  readonly undo: SpliceUndo;
}
