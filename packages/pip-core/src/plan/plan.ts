import type { ErrorCode, FloatType, Model, SkipSite } from '@pip-graft/onnx-graft';
import type { Adapter } from '../adapter/adapter.ts';
import type { LevelConfig, PipAttach, PipMode } from '../config/pip-config.ts';
import type { Sensor } from '../sensor/sensor.ts';
import type { Cost } from './cost.ts';
import type { HostImage } from './plan-request.ts';

/** What a graft will do to one skip connection. */
export interface PlannedLevel {
  readonly site: SkipSite;
  /** What the host computes the skip feature in. */
  readonly dataType: FloatType;
  /** One for each adapter that has the level. */
  readonly modules: readonly PlannedModule[];
}

/** What one adapter adds at a skip connection. */
export interface PlannedModule {
  /** Its place in the plan's adapters. */
  readonly adapter: number;
  readonly config: LevelConfig;
  /** Learned parameters of the level. */
  readonly parameters: number;
  readonly cost: Cost;
}

export const inputKinds = ['required', 'optional'] as const;

/**
 * Whether callers have to feed the inputs of a graft. onnxruntime's Node and web bindings cannot feed an
 * input that has a default: Node's ignores the feed in silence, the web's refuses it. Python, C and C# can.
 */
export type InputKind = (typeof inputKinds)[number];

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

/** An adapter of a graft, without its parameters. */
export interface PlannedAdapter {
  readonly name: string;
  readonly version: string;
  readonly digest: string | null;
  readonly trained: boolean;
  readonly mode: PipMode;
  readonly attach: PipAttach;
  readonly labels: readonly string[];
}

/** A sensor of a graft, without its parameters. */
export interface PlannedSensor {
  readonly name: string;
  readonly digest: string | null;
  readonly trained: boolean;
  /** Name of the graph output that is added: the weights that the sensor finds, float32 (B,T). */
  readonly output: string;
}

/** What a graft will do, with everything needed to do it; made before the first edit. */
export interface Plan {
  /** The host. */
  readonly model: Model;
  /** Those of the summary, in its order. */
  readonly adapters: readonly Adapter[];
  readonly sensor: Sensor | null;
  readonly summary: PlanSummary;
}

/** What a graft will do, as plain data: for `--json`, for people, for the file's stamp. */
export interface PlanSummary {
  readonly host: {
    readonly label: string;
    readonly family: string;
    readonly fingerprint: string | null;
    readonly digest: string;
    readonly opset: number;
    readonly image: HostImage | null;
  };
  /** By name, then digest, in whatever order they were given. */
  readonly adapters: readonly PlannedAdapter[];
  /** Of all adapters, one's after another's. */
  readonly labels: readonly string[];
  /** Every added node and weight is named `${prefix}/…`. */
  readonly prefix: string;
  /** null when the degradation is baked. */
  readonly inputs: SteeringInputs | null;
  /** Whether callers have to feed the inputs, or may leave them at their defaults. */
  readonly inputKind: InputKind;
  /** What `degradation` holds when the caller gives none. */
  readonly defaultDegradation: readonly number[];
  readonly baked: Baked | null;
  /** What finds the degradation where a caller gives none; null where nothing does. */
  readonly auto: PlannedSensor | null;
  /** In the order in which the host reads the skip features. */
  readonly levels: readonly PlannedLevel[];
  /** Of the adapters. */
  readonly parameters: number;
  /** Of the adapters, for an input image of 256 × 256. */
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
