import type { TensorFeeds, TensorType, TypedTensor } from '@pip-graft/weights';
import type { Isolation } from '../process/worker-process.ts';
import type { InputDims } from './shaped-session.ts';

/** Where a model runs. */
export type Device = 'cpu' | 'cuda' | 'webgpu';

/**
 * How much onnxruntime may rewrite the graph. `disabled` and `basic` keep every
 * rounding of the graph as written; `all` changes layouts on the CPU and with
 * them the last bits.
 */
export type OptimisationLevel = 'disabled' | 'basic' | 'extended' | 'all';

export interface SessionOptions {
  /** Default 'cpu'. */
  readonly device?: Device;
  /** Which of several devices; default 0. */
  readonly deviceId?: number;
  /** Default 'all', as onnxruntime's own. */
  readonly optimisation?: OptimisationLevel;
  /** Threads inside one operator; default: onnxruntime's choice. */
  readonly threads?: number;
  /**
   * Whether onnxruntime lays out a run's memory as one block once it has seen a run; default true, as
   * its own. Without it the process holds less: after the first run, it otherwise keeps both that run's
   * memory and the block.
   */
  readonly memoryPattern?: boolean;
  /** Names of onnxruntime's optimisers that are left out, as `GeluFusionL2`; default none. */
  readonly withoutOptimisers?: readonly string[];
  /** What to call the model in messages; default its path, or 'model'. */
  readonly label?: string;
  /** On a device: refuse a model that leaves nodes to the CPU. Default true. */
  readonly strict?: boolean;
  /** Run in a process of its own, which may crash or hang without harm. Default: in this one. */
  readonly isolation?: Isolation;
  /** Prefix of the file that onnxruntime writes a profile to, when the session is released. */
  readonly profile?: string;
}

/** An input or output of a session. A string dimension is symbolic: any size. */
export interface SessionValue {
  readonly name: string;
  readonly type: TensorType;
  readonly dims: readonly (number | string)[];
  /** What is fed when the caller gives nothing: the model's default for this input. */
  readonly fallback?: TypedTensor;
}

/**
 * A loaded model. An interface, so that what runs it can also be a child
 * process or a test's fake. Release it: native memory is not collected.
 */
export interface Session {
  readonly label: string;
  readonly device: Device;
  readonly optimisation: OptimisationLevel;
  /** No node was left to the CPU so far, by onnxruntime's own word; true on the CPU. */
  readonly strict: boolean;
  readonly inputs: readonly SessionValue[];
  readonly outputs: readonly SessionValue[];
  /** Runs once. `fetches` names the outputs wanted; default all. Use {@link runModel}, which checks. */
  run(feeds: TensorFeeds, fetches?: readonly string[]): Promise<TensorFeeds>;
  /** Milliseconds of each of several runs in a row, measured where they happen. */
  time(feeds: TensorFeeds, runs: number): Promise<readonly number[]>;
  /**
   * Bytes by which its process grows, at its peak, when it loads the model and runs it on inputs of
   * these shapes; only where the session has a process of its own.
   */
  memory?(dims: InputDims): Promise<number>;
  release(): Promise<void>;
}
