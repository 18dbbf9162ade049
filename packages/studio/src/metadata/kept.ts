/** A file with metadata of another, and in words what came along and what did not. */
export interface Kept {
  readonly file: Blob;
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
}
