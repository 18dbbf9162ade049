/** Weights by label and a strength: what the sliders show. */
export interface Setting {
  readonly weights: Readonly<Record<string, number>>;
  readonly strength: number;
}

/** Settings of a run. */
export interface Asked {
  /** undefined if the model's sensor decides. */
  readonly weights: Readonly<Record<string, number>> | undefined;
  readonly strength: number;
}
