import type { ByteSource } from '../wire/source.ts';

/** Holds hundreds of small constants, which are close together among the nodes. */
const windowBytes = 64 * 1024;

/**
 * A source that reads ahead, for many small reads in rising order: a traced model has thousands
 * of constants. What `read` returns holds only until the next `read`.
 */
export function windowedSource(source: ByteSource): ByteSource {
  const buffer = new Uint8Array(windowBytes);
  let from = 0;
  let filled = 0;
  const holds = (start: number, end: number): boolean => from <= start && end <= from + filled;
  return {
    ...source,
    read(start, end) {
      const size = end - start;
      if (size > 0 && size <= windowBytes && end <= source.size && !holds(start, end)) {
        from = start;
        // Fills stop short of bytes that would have to be made.
        filled = source.fill(buffer, start);
      }
      if (!holds(start, end)) return source.read(start, end);
      return buffer.subarray(start - from, end - from);
    },
  };
}
