import type { Random } from '@pip-graft/weights';
import type { BatchOptions } from './batch.ts';

/** What is done to a patch, and how much of its degradation is to be taken away. */
export interface SampleKind {
  /** Clean and flat ones, which have one colour, are their own target. */
  readonly kind: 'degraded' | 'mixed' | 'clean' | 'flat';
  /** Sum of its weights: 0 to 1. */
  readonly amount: number;
}

/** Shares of kinds of patches, each 0 to 1; the rest has one degradation of weight 1. */
export type KindShares = Required<Pick<BatchOptions, 'clean' | 'off' | 'partial' | 'mixed'>>;

/** The shares in force. */
export function kindShares({
  clean = 0.1,
  off = 0,
  partial = 0.05,
  mixed = 0,
}: Partial<KindShares>): KindShares {
  return { clean, off, partial, mixed };
}

/** The kind of a sample, by the shares. */
export function drawKind({ clean, off, partial, mixed }: KindShares, random: Random): SampleKind {
  const [at, which] = [random.uniform(), random.uniform()];
  if (at < clean) return { kind: which < 0.2 ? 'flat' : 'clean', amount: 1 };
  if (at < clean + off) return { kind: which < 0.5 ? 'clean' : 'degraded', amount: 0 };
  if (at < clean + off + partial) return { kind: 'degraded', amount: 0.1 + 0.8 * which };
  if (at < clean + off + partial + mixed) return { kind: 'mixed', amount: 1 };
  return { kind: 'degraded', amount: 1 };
}
