import type { ErrorCode, FloatType, SkipSite } from '@pip-graft/onnx-graft';
import type { LevelConfig, PipAttach, PipMode } from '../config/pip-config.ts';
import type { Cost } from './cost.ts';

/** What a graft will do to one skip connection. */
export interface PlannedLevel {
  readonly site: SkipSite;
  readonly config: LevelConfig;
  /** What the host computes the skip feature in. */
  readonly dataType: FloatType;
  /** Learned parameters of the level. */
  readonly parameters: number;
  readonly cost: Cost;
}

/** Names of the graph inputs that a graft adds. */
export interface SteeringInputs {
  readonly degradation: string;
  readonly strength: string;
}

/** A degradation and strength fixed at graft time. */
export interface Baked {
  /** In the order of the labels. */
  readonly weights: readonly number[];
  readonly strength: number;
}

/** What a graft will do: plain data, made before the first edit. */
export interface Plan {
  readonly host: {
    readonly label: string;
    readonly family: string;
    readonly fingerprint: string | null;
    readonly digest: string;
    readonly opset: number;
  };
  readonly adapter: {
    readonly name: string;
    readonly version: string;
    readonly digest: string | null;
    readonly trained: boolean;
  };
  readonly mode: PipMode;
  readonly attach: PipAttach;
  readonly labels: readonly string[];
  /** Every added node and weight is named `${prefix}/…`. */
  readonly prefix: string;
  /** null when the degradation is baked. */
  readonly inputs: SteeringInputs | null;
  /** The inputs have no defaults, so that a caller has to feed them. */
  readonly requireInputs: boolean;
  /** What `degradation` holds when the caller gives none. */
  readonly defaultDegradation: readonly number[];
  readonly baked: Baked | null;
  /** In the order in which the host reads the skip features. */
  readonly levels: readonly PlannedLevel[];
  readonly parameters: number;
  /** For an input image of 256 × 256. */
  readonly multiplyAdds256: number;
  readonly warnings: readonly string[];
}

/** A reason not to graft. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A plan, or every reason why there is none. */
export type PlanResult =
  | { readonly status: 'planned'; readonly plan: Plan }
  | { readonly status: 'refused'; readonly refusals: readonly Refusal[] };
