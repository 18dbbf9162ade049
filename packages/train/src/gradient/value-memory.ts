import { byteLengthOf, type Node, type Shaped } from '@pip-graft/onnx-graft';

/** Operators whose output is their first input under another shape, and takes no memory of its own. */
const views = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

/** Bytes of a value; 0 where its size is not known. */
export function bytesOf(value: Shaped | undefined): number {
  const count = value?.dims?.reduce((product, size) => product * size, 1) ?? 0;
  const bytes = byteLengthOf(value?.dataType ?? 'float32', count) ?? 0;
  return Number.isNaN(bytes) ? 0 : bytes;
}

/** Of a value, the one whose memory it shares; itself for most. */
export function rootsOf(
  nodes: readonly Pick<Node, 'opType' | 'inputs' | 'outputs'>[],
): (value: string) => string {
  const roots = new Map<string, string>();
  for (const { opType, inputs, outputs } of nodes)
    if (views.has(opType)) roots.set(outputs[0]!, roots.get(inputs[0]!) ?? inputs[0]!);
  return (value) => roots.get(value) ?? value;
}
