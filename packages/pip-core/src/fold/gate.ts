import type { Numbers } from './matrix.ts';

/**
 * `amount · Σ share·gate` over the rows of a gate (one for each share), C numbers.
 *
 * @example foldGate([1, 2, 3, 4], [0.5, 0.5], 1) // [2, 3]
 */
export function foldGate(gate: Numbers, shares: readonly number[], amount: number): Float32Array {
  const channels = gate.length / shares.length;
  return Float32Array.from(
    { length: channels },
    (_, channel) =>
      amount * shares.reduce((sum, share, row) => sum + share * gate[row * channels + channel]!, 0),
  );
}
