import type { DataType, ImageLayout, ImageValues, Model, SkipSite } from '@pip-graft/onnx-graft';
import type { Adapter } from '../adapter/adapter.ts';
import type { LabelWeights } from '../config/label-weights.ts';
import type { Sensor } from '../sensor/sensor.ts';

export const inputKinds = ['required', 'optional'] as const;

/**
 * Whether callers must feed the inputs of a graft. onnxruntime's Node and web bindings cannot feed
 * an input that has a default: Node's silently ignores the feed, the web's rejects it. Python, C
 * and C# can.
 */
export type InputKind = (typeof inputKinds)[number];

/** Facts about the host's values for planning, such as onnx-graft's `GraphFacts`. */
export interface SiteFacts {
  value(
    name: string,
  ):
    | { readonly dataType: DataType | undefined; readonly dims: readonly unknown[] | undefined }
    | undefined;
  /** Channels of an NCHW value, if known. */
  channels(name: string): number | undefined;
}

/** Input and output images of a host. */
export interface HostImage {
  /** Names of the graph input and output. */
  readonly input: string;
  readonly output: string | null;
  /** Height and width of an image must be multiples of this; 1 for any size. */
  readonly sizeMultiple: number;
  /**
   * Whether skip features hold several parts of each image in the batch, such as tiles or flips.
   * One row of weights then applies to all images of a batch. Default: false.
   */
  readonly inParts?: boolean | undefined;
  /** Default: NCHW. */
  readonly layout?: ImageLayout | undefined;
  /** Ranges and order of colours; default: 0 to 1 and RGB. */
  readonly values?: ImageValues | undefined;
  /** Values for additional inputs, such as a noise level, in the model's own unit. */
  readonly feeds?: Readonly<Record<string, number>> | undefined;
}

/** Host, adapters and options of a graft. */
export interface PlanRequest {
  readonly model: Model;
  readonly facts: SiteFacts;
  /** Located skip connections. */
  readonly sites: readonly SkipSite[];
  readonly family: string;
  readonly fingerprint?: string | null;
  /** What is wrong with the host's file without preventing a graft. Default: none. */
  readonly warnings?: readonly string[] | undefined;
  /** `sha256:…` of the host's file. */
  readonly digest: string;
  /** null if unknown. */
  readonly image?: HostImage | null;
  /** One or several, in any order. */
  readonly adapters: readonly Adapter[];
  readonly options?: PlanOptions;
}

export interface PlanOptions {
  /**
   * Sensor to add to the model: if a caller passes no degradation, or a row of zeros, the weights
   * that it finds are used. Its labels must be those of the adapters, in any order.
   */
  readonly auto?: Sensor | undefined;
  /** Fixes the degradation and the strength (default: 1), and adds no inputs. */
  readonly bake?: { readonly weights: LabelWeights; readonly strength?: number } | undefined;
  /** Whether callers must feed the inputs; default: `required`. */
  readonly inputs?: InputKind | undefined;
  /** Grafts only these levels; default: all levels of an adapter. */
  readonly levels?: readonly number[] | undefined;
  /** Allows an adapter that was made for another host, with a warning. */
  readonly allowUnbound?: boolean | undefined;
}
