import type { GraphFacts } from '@pip-graft/onnx-graft';

/** The newest operator sets about which there is no question. */
const safe = 18;

/**
 * Operators for which onnxruntime's CUDA kernels ended before the operator set that changed them last.
 * Source: spec onnxruntime.md section 4.1; which of them a version has caught up with is not known.
 */
const changed: Readonly<Record<string, number>> = {
  Pad: 19,
  ConvTranspose: 22,
  GlobalAveragePool: 22,
  InstanceNormalization: 22,
  MaxPool: 22,
  TopK: 24,
};

/** Operators that may run on the CPU in the middle of a CUDA session. */
export function cudaKernelsWarning({ model }: GraphFacts): string | undefined {
  const opset = model.opsets.get('') ?? 0;
  if (opset <= safe) return undefined;
  const present = new Set(
    model.graph.nodes.filter(({ domain }) => domain === '').map(({ opType }) => opType),
  );
  const affected = Object.keys(changed).filter(
    (opType) => present.has(opType) && opset >= changed[opType]!,
  );
  if (affected.length === 0) return undefined;
  return `operator set ${opset}: onnxruntime may have no CUDA kernel for ${affected.join(', ')} of that version and run them on the CPU in the middle of a CUDA session; export at operator set 17 or 18.`;
}
