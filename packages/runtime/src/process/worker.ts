import process from 'node:process';
import { type ErrorCode, GraftError } from '@pip-graft/onnx-graft';
import type { TensorFeeds } from '@pip-graft/weights';
import { loadRuntime } from '../session/load-runtime.ts';
import { type NativeOptions, openNative } from '../session/native-session.ts';
import type { InputDims, Session, SessionValue } from '../session/session.ts';
import {
  greyFeeds,
  peakOfProcess,
  type SliceReport,
  type SliceRequest,
  SliceRunner,
} from './slice-runner.ts';

// The program of a worker process: runs one session at a time, or slices of a model, on request of
// its parent. It ends with its parent.

let session: Session | undefined;
let before: number | undefined;
const slices = new SliceRunner();

const opened = (): Session => {
  if (session === undefined) throw new Error('no session is open');
  return session;
};

const answers: {
  readonly [Name in CallName]: (args: Calls[Name]['args']) => Promise<Calls[Name]['result']>;
} = {
  async open({ path, options }) {
    // Some reasons are only printed; the parent reads this output.
    (await loadRuntime()).env.logLevel = 'error';
    before ??= peakOfProcess();
    await session?.release();
    session = undefined;
    session = await openNative(path, options);
    const { inputs, outputs } = session;
    return { inputs, outputs };
  },
  run: ({ feeds, fetches }) => opened().run(feeds, fetches),
  time: ({ feeds, runs }) => opened().time(feeds, runs),
  async release() {
    await session?.release();
    session = undefined;
    return null;
  },
  async memory(dims) {
    const { run, inputs, outputs } = opened();
    const names = outputs.map(({ name }) => name);
    for (let turn = 0; turn < 2; turn++) await run(greyFeeds(inputs, dims), names);
    return peakOfProcess() - (before ?? 0);
  },
  async feed(feeds) {
    slices.feed(feeds);
    return null;
  },
  slice: (request) => slices.run(request),
};

async function answer({ id, call, args }: CallMessage): Promise<AnswerMessage> {
  try {
    return { id, result: await answers[call](args as never) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Arrays that do not fit in memory.
    if (error instanceof RangeError) return { id, error: { code: 'RUNTIME_FAILED', message } };
    return { id, error: { ...(error instanceof GraftError ? { code: error.code } : {}), message } };
  }
}

process.on('message', (message: CallMessage) => {
  void answer(message).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit());

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

interface CallMessage<Name extends CallName = CallName> {
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
