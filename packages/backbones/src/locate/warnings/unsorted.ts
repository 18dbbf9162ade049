import type { GraphFacts } from '@pip-graft/onnx-graft';

/** A file whose nodes come in an order that ONNX does not allow; onnxruntime sorts them itself. */
export function unsortedWarning({ model }: GraphFacts): string | undefined {
  const { nodes } = model.graph;
  const late = nodes.filter((node, i) => i > 0 && node.field.start < nodes[i - 1]!.field.start);
  if (late.length === 0) return undefined;
  return 'the nodes are not in topological order, which ONNX requires: onnxruntime sorts them itself, other tools may refuse the file.';
}
