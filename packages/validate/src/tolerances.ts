import type { Device } from '@pip-graft/runtime';
import type { TensorType } from '@pip-graft/weights';
import type { Parity } from './figures.ts';

/** Limits of the numeric checks. Relative limits refer to the largest absolute value of the host's tensor. */
export interface Tolerances {
  /**
   * Neutral graft against host at optimisation level `all`, relative: onnxruntime
   * fuses and lays out the two graphs differently, which changes the last bits of
   * each layer.
   */
  readonly neutral: number;
  /** Like `neutral`, at level `basic`, which computes the graph as written. */
  readonly neutralBasic: number;
  /** Mixture of two labels against its definition, relative: each product and sum rounds once. */
  readonly mixture: number;
  /** An image in a batch against the image alone, relative: kernels may sum in another order. */
  readonly batch: number;
  /** Skip features of the graft against the host's, relative. */
  readonly upstream: number;
  /** The same image twice through one session, relative: a GPU may sum in another order each time. */
  readonly repeated: number;
  /** Optimised outputs on the device against the graph as written on the CPU, relative. */
  readonly parity: Readonly<Record<Parity['precision'], number>>;
  /** The same for inner tensors, each relative to its own largest value. */
  readonly layers: Readonly<Record<Exclude<Parity['precision'], 'tf32'>, number>>;
}

/**
 * From simulated TF32 rounding over an eight-layer stack (1.2e-3) and reports of others; the
 * float32 ones hold on the CPU and on WebGPU. Not calibrated on CUDA yet.
 */
const parity = { float32: 1e-4, tf32: 5e-3, float16: 2e-2 } as const;
/** Looser than for outputs: inner tensors can be close to zero, which inflates relative errors. */
const layers = { float32: 1e-3, float16: 5e-2 } as const;

/** Limits for a computing type and a device. */
export function tolerancesFor(type: TensorType, device: Device): Tolerances {
  const common = { parity, layers };
  if (type === 'float16') {
    // The CPU computes float16 in float32 between casts, and drops pairs of casts where the graph
    // allows it, so that roundings (5e-4 each) may happen in other places. Measured on NAFNet and
    // Restormer: 0 at strength 0, 6e-4 in batches. Prompts are mixed in float32 whatever the host's
    // type.
    const half = { neutral: 5e-3, neutralBasic: 5e-3, mixture: 1e-5, batch: 5e-3 };
    const exact = device === 'cpu' ? 0 : 5e-3;
    return { ...half, upstream: exact, repeated: exact, ...common };
  }
  if (device === 'cpu') {
    const same = { neutralBasic: 0, upstream: 0, repeated: 0 };
    return { neutral: 1e-4, ...same, mixture: 1e-5, batch: 1e-5, ...common };
  }
  // A GPU's libraries choose algorithms by session and shape, which sum in another order.
  const served = device === 'cuda' ? parity.tf32 : parity.float32;
  const exact = 1e-5;
  return {
    neutral: served,
    neutralBasic: exact,
    mixture: exact,
    batch: parity.float32,
    upstream: exact,
    repeated: exact,
    ...common,
  };
}
