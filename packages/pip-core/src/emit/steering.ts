/** Where the degradation weights and the strength come from: values of the graph, or numbers fixed at graft time. */
export type Steering =
  | {
      readonly kind: 'inputs';
      /** Weights as pixels, float32 (B or 1, T, 1, 1). */
      readonly degradation: string;
      /** Float32 scalar. */
      readonly strength: string;
    }
  | { readonly kind: 'baked'; readonly weights: readonly number[]; readonly strength: number };
