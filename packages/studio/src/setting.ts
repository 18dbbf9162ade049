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

/** Nothing to remove is asked for as a strength of 0: weights of zero would leave it to the sensor. */
export function askedOf({ weights, strength }: Setting): Asked {
  const nothing = Object.values(weights).every((weight) => weight === 0);
  return nothing ? { weights: undefined, strength: 0 } : { weights, strength };
}
