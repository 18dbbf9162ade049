import type { SkipSite, SpliceUndo } from '@pip-graft/onnx-graft';
import type { EmittedModule } from '../emit/emit-pip.ts';
import type {
  Baked,
  InputKind,
  PlannedAdapter,
  PlannedSensor,
  SteeringInputs,
} from '../plan/plan.ts';
import type { HostImage } from '../plan/plan-request.ts';

/** Version of the `pip_graft` metadata entry. */
export const graftRecordVersion = 1;

/** The tool that made a graft. */
export interface GraftTool {
  readonly name: string;
  readonly version: string;
}

/** One grafted skip connection. */
export interface GraftedSite extends Omit<SkipSite, 'evidence'> {
  /** What the merge reads now. */
  readonly output: string;
  /** Values of each adapter that has this level, by what they are. */
  readonly modules: readonly EmittedModule[];
}

/** What a graft wrote about itself into the file: the metadata entry `pip_graft`. */
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
  /** Of all adapters, one's after another's: the order of the weights. */
  readonly labels: readonly string[];
  /** Actual names of the added inputs; null when baked. */
  readonly inputs: SteeringInputs | null;
  readonly inputKind: InputKind;
  readonly defaultDegradation: readonly number[];
  readonly baked: Baked | null;
  /** What finds the degradation where a caller gives none; null where nothing does. */
  readonly auto: PlannedSensor | null;
  /** Node indexes in `uses` are those of the host. */
  readonly sites: readonly GraftedSite[];
  /** What takes the graft out again. */
  readonly undo: SpliceUndo;
}
