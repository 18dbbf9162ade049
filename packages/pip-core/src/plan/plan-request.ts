import type { DataType, Model, SkipSite } from '@pip-graft/onnx-graft';
import type { Adapter } from '../adapter/adapter.ts';
import type { LabelWeights } from '../config/label-weights.ts';
import type { Sensor } from '../sensor/sensor.ts';

/** What planning needs to know of the host's values; onnx-graft's `GraphFacts` is one. */
export interface SiteFacts {
  value(
    name: string,
  ):
    | { readonly dataType: DataType | undefined; readonly dims: readonly unknown[] | undefined }
    | undefined;
  /** Channels of an NCHW value, when known. */
  channels(name: string): number | undefined;
}

/** What is to be grafted onto what. */
export interface PlanRequest {
  readonly model: Model;
  readonly facts: SiteFacts;
  /** Skip connections that were located. */
  readonly sites: readonly SkipSite[];
  readonly family: string;
  readonly fingerprint?: string | null;
  /** `sha256:…` of the host's file. */
  readonly digest: string;
  /** One or several, in any order. */
  readonly adapters: readonly Adapter[];
  readonly options?: PlanOptions;
}

export interface PlanOptions {
  /**
   * Put this sensor into the model: where a caller gives no degradation, or a row of zeros, the
   * weights that it finds are used. Its labels must be those of the adapters, in any order.
   */
  readonly auto?: Sensor;
  /** Fix the degradation, and the strength (default 1), and add no inputs. */
  readonly bake?: { readonly weights: LabelWeights; readonly strength?: number };
  /**
   * Add the inputs without defaults. onnxruntime's Node and web bindings cannot feed an input
   * that has one (they ignore it silently); its Python, C and C# interfaces can.
   */
  readonly requireInputs?: boolean;
  /** Graft these levels only; default every level that an adapter has. */
  readonly levels?: readonly number[];
  /** Graft an adapter that was made for another host; a warning takes the refusal's place. */
  readonly allowUnbound?: boolean;
}
