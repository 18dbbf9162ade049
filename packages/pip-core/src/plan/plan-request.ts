import type { DataType, ImageLayout, ImageValues, Model, SkipSite } from '@pip-graft/onnx-graft';
import type { Adapter } from '../adapter/adapter.ts';
import type { LabelWeights } from '../config/label-weights.ts';
import type { Sensor } from '../sensor/sensor.ts';
import type { InputKind } from './plan.ts';

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

/** How a host takes and gives images. */
export interface HostImage {
  /** Names of the graph input and output. */
  readonly input: string;
  readonly output: string | null;
  /** Height and width of an image must be multiples of this; 1 for any size. */
  readonly sizeMultiple: number;
  /** Default NCHW. */
  readonly layout?: ImageLayout | undefined;
  /** Ranges and order of colours; default 0 to 1 and RGB. */
  readonly values?: ImageValues | undefined;
  /** What is fed into further inputs, such as a noise level, in the model's own unit. */
  readonly feeds?: Readonly<Record<string, number>> | undefined;
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
  /** null where nothing is known of it. */
  readonly image?: HostImage | null;
  /** One or several, in any order. */
  readonly adapters: readonly Adapter[];
  readonly options?: PlanOptions;
}

export interface PlanOptions {
  /**
   * Put this sensor into the model: where a caller gives no degradation, or a row of zeros, the
   * weights that it finds are used. Its labels must be those of the adapters, in any order.
   */
  readonly auto?: Sensor | undefined;
  /** Fix the degradation, and the strength (default 1), and add no inputs. */
  readonly bake?: { readonly weights: LabelWeights; readonly strength?: number } | undefined;
  /** Whether callers have to feed the inputs; default `required`. */
  readonly inputs?: InputKind | undefined;
  /** Graft these levels only; default every level that an adapter has. */
  readonly levels?: readonly number[] | undefined;
  /** Graft an adapter that was made for another host; a warning takes the refusal's place. */
  readonly allowUnbound?: boolean | undefined;
}
