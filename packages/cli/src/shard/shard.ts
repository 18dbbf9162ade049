/** One of several runs that share a list of work. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

/** A shard as file names have it: `2-of-8`. */
export function shardName({ index, count }: Shard): string {
  return `${index}-of-${count}`;
}
