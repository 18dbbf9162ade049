import type { GraphFacts } from '@pip-graft/onnx-graft';

const domain = 'com.microsoft.nchwc';

/** Files that onnxruntime's optimiser wrote for one kind of processor, at level 'all': channels are in blocks. */
export function blockedWarning({ model }: GraphFacts): string | undefined {
  const count = model.graph.nodes.filter((node) => node.domain === domain).length;
  if (count === 0) return undefined;
  return `${count} nodes are in onnxruntime's blocked layout (${domain}), which it writes at optimisation level 'all' for one kind of processor, and values between them cannot be grafted; use the model as it was exported, or optimise it at level 'extended'.`;
}
