import type { Device } from '../session/session.ts';
import type { ExpectedNode } from './expected-placement.ts';

/** Which provider ran which nodes, in one profiled run. */
export interface Placement {
  readonly side: 'host' | 'grafted';
  readonly device: Device;
  readonly width: number;
  readonly height: number;
  /**
   * `strict`: the session was created with fallback to the CPU forbidden. `profile`: every node
   * with a large float output ran on the device. `none`: neither holds.
   */
  readonly evidence: 'strict' | 'profile' | 'none';
  readonly providers: readonly {
    readonly provider: string;
    readonly nodes: number;
    /** From the profile: on CUDA, the time to launch, not to compute. */
    readonly milliseconds: number;
  }[];
  /** Nodes that copy between device and CPU. */
  readonly copies: number;
  /** Nodes with a large float output that ran on the CPU. */
  readonly fallbacks: readonly {
    readonly node: string;
    readonly opType: string;
    readonly output: string;
    readonly reason: string;
  }[];
  /** The run compared with onnxruntime's published kernel list; only on a device that has one. */
  readonly expected?: {
    /** Nodes compared. */
    readonly compared: number;
    /** Nodes that are not in the file (fused, inserted, unnamed) or have no expected place. */
    readonly unmatched: number;
    readonly differences: readonly {
      readonly node: string;
      readonly opType: string;
      /** Type and shape of its first output. */
      readonly output: string;
      readonly expected: 'device' | 'cpu';
      /** Why it is expected there. */
      readonly place: ExpectedNode['place'];
      /** The provider that ran it. */
      readonly ran: string;
    }[];
  };
}
