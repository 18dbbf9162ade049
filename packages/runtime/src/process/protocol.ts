import type { ErrorCode } from '@pip-graft/onnx-graft';
import type { TensorFeeds } from '@pip-graft/weights';
import type { NativeOptions } from '../session/native-session.ts';
import type { InputDims, SessionValue } from '../session/session.ts';
import type { SliceReport, SliceRequest } from './slice-runner.ts';

/** The calls of a worker process, with arguments and results. */
export interface Calls {
  open: {
    args: { readonly path: string; readonly options: NativeOptions };
    result: { readonly inputs: readonly SessionValue[]; readonly outputs: readonly SessionValue[] };
  };
  run: {
    args: { readonly feeds: TensorFeeds; readonly fetches: readonly string[] | undefined };
    result: TensorFeeds;
  };
  time: {
    args: { readonly feeds: TensorFeeds; readonly runs: number };
    result: readonly number[];
  };
  release: { args: null; result: null };
  /** Runs twice on inputs of these shapes and returns the peak growth of the process in bytes since before the session. */
  memory: { args: InputDims; result: number };
  /** The tensors of both sides at the start of the next slice. */
  feed: { args: TensorFeeds; result: null };
  slice: { args: SliceRequest; result: SliceReport };
}

export type CallName = keyof Calls;

export interface CallMessage<Name extends CallName = CallName> {
  readonly id: number;
  readonly call: Name;
  readonly args: Calls[Name]['args'];
}

export type AnswerMessage =
  | { readonly id: number; readonly result: unknown }
  /** `code` is missing for errors other than GraftError. */
  | {
      readonly id: number;
      readonly error: { readonly code?: ErrorCode; readonly message: string };
    };
