import type { Device } from '../session/session.ts';

/** Which provider ran which nodes, in one profiled run. */
export interface Placement {
  readonly side: 'host' | 'grafted';
  readonly device: Device;
  readonly width: number;
  readonly height: number;
  /** `strict`: the session was created with fallback to the CPU forbidden. `profile`: every node with a sizeable float output ran on the device. `none`: neither holds. */
  readonly evidence: 'strict' | 'profile' | 'none';
  readonly providers: readonly {
    readonly provider: string;
    readonly nodes: number;
    /** As the profile has it: on CUDA the time to launch, not to compute. */
    readonly milliseconds: number;
  }[];
  /** Nodes that copy between device and CPU. */
  readonly copies: number;
  /** Nodes with a sizeable float output that ran on the CPU. */
  readonly fallbacks: readonly {
    readonly node: string;
    readonly opType: string;
    readonly output: string;
    readonly reason: string;
  }[];
}
