/** Weights by label and a strength: what the sliders show. */
export interface Setting {
  readonly weights: Readonly<Record<string, number>>;
  readonly strength: number;
}

/** What a run is asked for. */
export interface Asked {
  /** undefined where the model's sensor decides. */
  readonly weights: Readonly<Record<string, number>> | undefined;
  readonly strength: number;
}
