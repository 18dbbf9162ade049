import type { SkipSite, SpliceUndo } from '@pip-graft/onnx-graft';
import type { EmittedModule } from '../emit/emit-pip.ts';
import type { Baked, PlannedAdapter, PlannedSensor, SteeringInputs } from '../plan/plan.ts';
import type { HostImage, InputKind } from '../plan/plan-request.ts';

/** Version of the `pip_graft` metadata entry. */
export const graftRecordVersion = 1;

/** The tool that made a graft. */
export interface GraftTool {
  readonly name: string;
  readonly version: string;
}

/** One grafted skip connection. */
export interface GraftedSite extends Omit<SkipSite, 'evidence'> {
  /** The value that the merge reads now. */
  readonly output: string;
  /** Values of each adapter that has this level, by role. */
  readonly modules: readonly EmittedModule[];
}

/** Record of a graft in the file: the metadata entry `pip_graft`. */
export interface GraftRecord {
  readonly formatVersion: number;
  readonly tool: GraftTool;
  readonly adapters: readonly PlannedAdapter[];
  readonly host: {
    readonly family: string;
    readonly fingerprint: string | null;
    readonly digest: string;
    readonly image: HostImage | null;
  };
  /** Labels of all adapters, concatenated: the order of the weights. */
  readonly labels: readonly string[];
  /** Actual names of the added inputs; null if baked. */
  readonly inputs: SteeringInputs | null;
  readonly inputKind: InputKind;
  readonly defaultDegradation: readonly number[];
  readonly baked: Baked | null;
  /** Finds the degradation if a caller passes none; null without a sensor. */
  readonly auto: PlannedSensor | null;
  /** Node indices in `uses` are those of the host. */
  readonly sites: readonly GraftedSite[];
  /** Data for removing the graft. */
  readonly undo: SpliceUndo;
}
