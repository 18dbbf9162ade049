import type { ErrorCode, FloatType, Model, SkipSite } from '@pip-graft/onnx-graft';
import type { Adapter } from '../adapter/adapter.ts';
import type { LevelConfig, PipAttach, PipMode } from '../config/pip-config.ts';
import type { Sensor } from '../sensor/sensor.ts';
import type { Cost } from './cost.ts';
import type { HostImage, InputKind } from './plan-request.ts';

/** Planned changes at one skip connection. */
export interface PlannedLevel {
  readonly site: SkipSite;
  /** Type in which the host computes the skip feature. */
  readonly dataType: FloatType;
  /** One per adapter that has the level. */
  readonly modules: readonly PlannedModule[];
}

/** Planned addition of one adapter at a skip connection. */
export interface PlannedModule {
  /** Index among the plan's adapters. */
  readonly adapter: number;
  readonly config: LevelConfig;
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
  /** Name of the added graph output: the weights that the sensor finds, float32 (B,T). */
  readonly output: string;
}

/** A planned graft with everything needed to apply it; made before the first edit. */
export interface Plan {
  /** The host. */
  readonly model: Model;
  /** The summary's adapters, in its order. */
  readonly adapters: readonly Adapter[];
  readonly sensor: Sensor | null;
  readonly summary: PlanSummary;
}

/** A planned graft as plain data: for `--json`, for people, for the file's stamp. */
export interface PlanSummary {
  readonly host: {
    readonly label: string;
    readonly family: string;
    readonly fingerprint: string | null;
    readonly digest: string;
    readonly opset: number;
    readonly image: HostImage | null;
  };
  /** By name, then digest, whatever their given order. */
  readonly adapters: readonly PlannedAdapter[];
  /** Labels of all adapters, concatenated. */
  readonly labels: readonly string[];
  /** Prefix of every added node and weight, named `${prefix}/…`. */
  readonly prefix: string;
  /** null if the degradation is baked. */
  readonly inputs: SteeringInputs | null;
  /** Whether callers must feed the inputs, or may leave them at their defaults. */
  readonly inputKind: InputKind;
  /** Value of `degradation` if the caller passes none. */
  readonly defaultDegradation: readonly number[];
  readonly baked: Baked | null;
  /** Finds the degradation if a caller passes none; null without a sensor. */
  readonly auto: PlannedSensor | null;
  /** In the order in which the host reads the skip features. */
  readonly levels: readonly PlannedLevel[];
  /** Parameters of the adapters. */
  readonly parameters: number;
  /** Multiply-adds of the adapters for an input image of 256 × 256. */
  readonly multiplyAdds256: number;
  readonly warnings: readonly string[];
}

/** A reason not to graft. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A plan, or all reasons why there is none. */
export type PlanResult =
  | { readonly status: 'planned'; readonly plan: Plan }
  | { readonly status: 'refused'; readonly refusals: readonly Refusal[] };
