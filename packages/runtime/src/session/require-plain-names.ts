import { argument, GraftError, type Model } from '@pip-graft/onnx-graft';

/**
 * Rejects a model with an input or output whose name is not UTF-8 or has a zero byte: onnxruntime loads it, but its
 * JavaScript bindings know the name only with other characters, and neither feed nor fetch it.
 *
 * Errors: `UNSUPPORTED_HOST`.
 */
export function requirePlainNames({ graph, source }: Model): void {
  const inputs = graph.inputs.map(({ name }) => ['input', name] as const);
  const outputs = graph.outputs.map(({ name }) => ['output', name] as const);
  for (const [kind, name] of [...inputs, ...outputs]) {
    if (argument.isPlainName(name)) continue;
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${source.label}: the name of its ${kind} '${name}' has bytes that are not UTF-8, or a zero byte, and onnxruntime can use it only from C and C++; export the model again with plain names.`,
    );
  }
}
