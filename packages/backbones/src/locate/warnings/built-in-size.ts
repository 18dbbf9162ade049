import type { GraphFacts } from '@pip-graft/onnx-graft';

/** A file that claims any size and contradicts itself at all but one. */
export function builtInSizeWarning({ builtInSize }: GraphFacts): string | undefined {
  if (builtInSize === undefined) return undefined;
  const { height, width } = builtInSize;
  return `the file leaves rows and columns open, but ${height} x ${width} is built in: other sizes will fail.`;
}
