/** What every op's options may carry. */
export interface Named {
  /** Name of the node (the last one, when an op is several), below the builder's prefix. */
  readonly name?: string | undefined;
}
