/** What prompt-to-feature works on, as values of the graph. */
export interface FeatureInputs {
  /** Z (B,C,H,W). */
  readonly feature: string;
  /** U (B,c,H,W). */
  readonly universal: string;
  /** Height and width, int64 [2]. */
  readonly size: string;
}
