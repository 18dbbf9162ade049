import type { ErrorCode } from '@pip-graft/onnx-graft';
import type { DoorOptions } from '../door/door.ts';
import type { Part, RawImage } from '../image/rgba.ts';
import type { Weights } from '../restorer/loaded-model.ts';
import type { DeviceChoice, RestorerDevice } from '../restorer/options.ts';

/** An image as sent to the worker: a file, decoded pixels, or bytes. */
export type Sent = Blob | ImageBitmap | RawImage;

export interface OpenRequest extends DoorOptions {
  readonly model: Blob;
  readonly label: string;
  readonly device: DeviceChoice;
  readonly threads?: number | undefined;
  /** Address of onnxruntime's wasm file, or of its folder. */
  readonly wasm?: string | undefined;
}

export interface ImageRequest {
  readonly image: Sent;
  /** Name of the image in messages. */
  readonly label: string;
  readonly tile?: number | 'auto' | undefined;
  /** Whether the caller listens to progress. */
  readonly progress: boolean;
}

export interface RestoreRequest extends ImageRequest {
  readonly weights?: Weights | undefined;
  readonly strength?: number | undefined;
}

export interface Opened {
  readonly labels: readonly string[];
  readonly hasSensor: boolean;
  readonly device: RestorerDevice;
}

/** RGBA, one byte per channel. */
export interface Pixels {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

export interface RestoredPixels extends Pixels {
  readonly found?: Readonly<Record<string, number>> | undefined;
  readonly warnings: readonly string[];
}

/** What the worker does, with requests and answers. */
export interface Operations {
  open: { request: OpenRequest; answer: Opened };
  restore: { request: RestoreRequest; answer: RestoredPixels };
  detect: { request: ImageRequest; answer: Readonly<Record<string, number>> };
}

export type Operation = keyof Operations;

export type ToWorker =
  | { [O in Operation]: { id: number; operation: O; request: Operations[O]['request'] } }[Operation]
  | { readonly abort: number };

/** A run of the model that ended, and the tile that it made, if it did not only look. */
export interface Step {
  readonly done: number;
  readonly total: number;
  readonly tile?: Part & { readonly pixels: Pixels };
}

export interface SentError {
  /** null for errors other than GraftError. */
  readonly code: ErrorCode | null;
  readonly message: string;
  /** Whether the runtime is no longer usable, so that the worker must be replaced. */
  readonly broken: boolean;
}

export type FromWorker =
  | { readonly ready: true }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly step: Step }
  | { readonly id: number; readonly error: SentError };
