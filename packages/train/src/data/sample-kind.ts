import type { Random } from '@pip-graft/weights';
import type { BatchOptions } from './batch.ts';

/** What is done to a patch, and how much of its degradation to remove. */
export interface SampleKind {
  /** Flat patches have one colour, degraded or not; clean patches are their own target. */
  readonly kind: 'degraded' | 'mixed' | 'clean' | 'flat';
  /** Sum of its weights: 0 to 1. */
  readonly amount: number;
}

/** Shares of kinds of patches, each 0 to 1; the rest have one degradation of weight 1. */
export type KindShares = Required<
  Pick<BatchOptions, 'clean' | 'flat' | 'off' | 'partial' | 'mixed'>
>;

/** Returns the shares, with defaults. */
export function kindShares({
  clean = 0.1,
  flat = 0.03,
  off = 0,
  partial = 0.05,
  mixed = 0,
}: Partial<KindShares>): KindShares {
  return { clean, flat, off, partial, mixed };
}

/** Draws the kind of a sample, by the shares. */
export function drawKind(shares: KindShares, random: Random): SampleKind {
  const { clean, flat, off, partial, mixed } = shares;
  const [at, which] = [random.uniform(), random.uniform()];
  const left = clean + flat;
  if (at < left) return { kind: at < clean ? 'clean' : 'flat', amount: 1 };
  if (at < left + off) return { kind: which < 0.5 ? 'clean' : 'degraded', amount: 0 };
  if (at < left + off + partial) return { kind: 'degraded', amount: 0.1 + 0.8 * which };
  if (at < left + off + partial + mixed) return { kind: 'mixed', amount: 1 };
  return { kind: 'degraded', amount: 1 };
}
