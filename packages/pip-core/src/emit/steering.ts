/**
 * What one adapter's modules are told, as values of the graph or as numbers fixed at graft time:
 * which degradations, as shares that add up to 1 (or are all 0), and how much of the change,
 * `strength · min(1, Σ weights)`.
 */
export type Steering =
  | {
      readonly kind: 'inputs';
      /** Float32 (B or 1, T, 1, 1). */
      readonly shares: string;
      /** Float32 (B or 1, 1, 1, 1). */
      readonly amount: string;
    }
  | { readonly kind: 'baked'; readonly shares: readonly number[]; readonly amount: number };
