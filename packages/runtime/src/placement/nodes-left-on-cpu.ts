import type { GraphFacts } from '@pip-graft/onnx-graft';
import { readsFromCpu, writesToCpu } from './device-memory.ts';

/** Number of elements up to which a constant does not keep a node off the CPU. */
const smallConstant = 100;

/** Element types that onnxruntime does not leave on the CPU. */
const narrow = /^(float16|bfloat16|float8)/;

/** Facts about nodes, by index, from which {@link nodesLeftOnCpu} starts. */
export interface NodeFacts {
  readonly folded: ReadonlySet<number>;
  onDevice(node: number): boolean;
}

/**
 * Finds the nodes that onnxruntime leaves on the CPU although they have a kernel, and those without
 * one that do no harm there. `shapes`: they read only sizes and small constants, which are on the
 * CPU already. `follows`: they read what a node without a kernel made on the CPU.
 *
 * Goes through the nodes in order, as onnxruntime does (core/framework/fallback_cpu_capability.cc):
 * a node that reads a CPU value stays if everything it reads is on the CPU, none of it is float16,
 * and its kernel would not have read it from the CPU anyway.
 */
export function nodesLeftOnCpu(
  facts: GraphFacts,
  { folded, onDevice }: NodeFacts,
): Map<number, 'shapes' | 'follows'> {
  const { graph } = facts.model;
  const { values } = facts.sample;
  const isSmall = (dims: readonly number[] = [Number.NaN]): boolean =>
    dims.reduce((all, size) => all * size, 1) <= smallConstant;
  const small = new Set(['', ...graph.inputs.map(({ name }) => name)]);
  for (const { name, dims } of graph.initializers) if (isSmall(dims)) small.add(name);
  const onCpu = new Set<string>();
  const sizes = new Set<string>();
  const left = new Map<number, 'shapes' | 'follows'>();
  graph.nodes.forEach((node, at) => {
    const { inputs, outputs, opType } = node;
    if (folded.has(at)) {
      for (const name of outputs) if (isSmall(values.get(name)?.dims)) small.add(name);
      return;
    }
    const readsSizes =
      inputs.some((name) => sizes.has(name)) &&
      inputs.every((name) => sizes.has(name) || small.has(name));
    const stays =
      inputs.some((name) => onCpu.has(name)) &&
      inputs.every((name, input) => {
        if (narrow.test(values.get(name)?.dataType ?? '')) return false;
        return small.has(name) || (onCpu.has(name) && !readsFromCpu(opType, input));
      });
    const leaves = onDevice(at) ? stays : readsSizes;
    if (leaves) left.set(at, readsSizes ? 'shapes' : 'follows');
    if (leaves || !onDevice(at) || writesToCpu(opType)) {
      for (const name of outputs) {
        onCpu.add(name);
        if (readsSizes || writesToCpu(opType)) sizes.add(name);
      }
    }
  });
  return left;
}
