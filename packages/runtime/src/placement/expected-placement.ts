import type { DataType, GraphFacts, Node } from '@pip-graft/onnx-graft';
import { argument } from '@pip-graft/onnx-graft';
import { type KernelGap, kernelGap } from './cuda-kernel.ts';
import { readsFromCpu, writesToCpu } from './device-memory.ts';
import { cudaKernelsSource } from './tables/cuda-kernels.ts';

/** Where one node of the main graph is expected to run. */
export interface ExpectedNode {
  readonly node: string;
  readonly opType: string;
  /**
   * `kernel`: CUDA has one. `none`: it has none, and the node runs on the CPU. `follows`: it has
   * one, but reads the output of such a node, and onnxruntime leaves it on the CPU. `shapes`:
   * arithmetic on shapes, which stays on the CPU by design. `folded`: computed when the file is
   * opened. `unjudged`: a function of the file, or a node with subgraphs, which are not examined.
   */
  readonly place: 'kernel' | 'none' | 'follows' | 'shapes' | 'folded' | 'unjudged';
  /** Why there is no kernel; undefined unless `place` is `none`. */
  readonly gap: KernelGap | undefined;
}

/** Where the nodes of a model are expected to run, by onnxruntime's published kernel list. */
export interface ExpectedPlacement {
  readonly device: 'cuda';
  readonly basis: typeof cudaKernelsSource;
  readonly opset: number;
  /** In the order of the file. */
  readonly nodes: readonly ExpectedNode[];
  /** Values copied between CPU and device in each run, besides the model's inputs and outputs. */
  readonly copies: number;
  /**
   * The nearest operator set at which every node has a kernel, lower ones first; null without one.
   */
  readonly servedAt: number | null;
}

/** Operator sets to try for {@link ExpectedPlacement.servedAt}. */
const tried = { lowest: 7, highest: 25 } as const;

/**
 * Predicts where onnxruntime runs a model's nodes on CUDA, before it fuses them.
 *
 * @example
 * expectedPlacement(facts).nodes.filter(({ place }) => place === 'none');
 */
export function expectedPlacement(facts: GraphFacts): ExpectedPlacement {
  const takes = 'facts, which `graphFacts` returns,';
  argument.requireKind(facts, { member: 'sample', place: 'expectedPlacement', takes });
  const { model } = facts;
  const { nodes } = model.graph;
  const opset = model.opsets.get('') ?? 1;
  const folded = foldedNodes(facts);
  const called = new Set(model.functions.map(({ domain, name }) => `${domain}:${name}`));
  const judged = (node: Node): boolean =>
    node.subgraphs.length === 0 && !called.has(`${node.domain}:${node.opType}`);
  const gapAt = (node: Node, at: number): KernelGap | undefined =>
    kernelGap({
      domain: node.domain,
      opType: node.opType,
      opset: at,
      type: (carrier) => typeAt(facts, node, carrier),
    });
  const gaps = nodes.map((node) => (judged(node) ? gapAt(node, opset) : undefined));
  const left = nodesLeftOnCpu(facts, {
    folded,
    onDevice: (node) => gaps[node] === undefined,
  });
  const places = nodes.map((node, at): ExpectedNode['place'] => {
    if (folded.has(at)) return 'folded';
    if (!judged(node)) return 'unjudged';
    return left.get(at) ?? (gaps[at] === undefined ? 'kernel' : 'none');
  });
  const working = nodes.filter((_, at) => /kernel|none|follows/.test(places[at]!));
  return {
    device: 'cuda',
    basis: cudaKernelsSource,
    opset,
    nodes: nodes.map((node, at) => ({
      node: node.name || node.outputs[0] || `${at}`,
      opType: node.opType,
      place: places[at]!,
      gap: places[at] === 'none' ? gaps[at] : undefined,
    })),
    copies: countCopies(facts, {
      folded,
      onDevice: (at) => places[at] === 'kernel' || places[at] === 'unjudged',
    }),
    servedAt:
      candidates(opset).find((at) => working.every((node) => gapAt(node, at) === undefined)) ??
      null,
  };
}

/** The file's operator set, then the lower ones from near to far, then the higher ones. */
function candidates(opset: number): number[] {
  const all = Array.from({ length: tried.highest - tried.lowest + 1 }, (_, i) => tried.lowest + i);
  const lower = all.filter((at) => at < opset).reverse();
  return [opset, ...lower, ...all.filter((at) => at > opset)];
}

function typeAt({ sample }: GraphFacts, node: Node, carrier: string): DataType | undefined {
  const name = carrier.startsWith('out')
    ? node.outputs[Number(carrier.slice(3))]
    : node.inputs[Number(carrier)];
  return name === undefined ? undefined : sample.values.get(name)?.dataType;
}

/**
 * Counts the values copied between CPU and device in each run: those made on one side and read on
 * the other, and inputs of the model that both sides read. Source: onnxruntime's memcpy
 * transformer.
 */
function countCopies(facts: GraphFacts, { folded, onDevice }: NodeFacts): number {
  const { graph } = facts.model;
  const made = { device: new Set<string>(), cpu: new Set<string>() };
  const read = { device: new Set<string>(), cpu: new Set<string>() };
  graph.nodes.forEach((node, at) => {
    if (folded.has(at)) return;
    const device = onDevice(at);
    node.inputs.forEach((name, input) => {
      read[device && !readsFromCpu(node.opType, input) ? 'device' : 'cpu'].add(name);
    });
    for (const name of node.outputs) {
      made[device && !writesToCpu(node.opType) ? 'device' : 'cpu'].add(name);
    }
  });
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const shared = graph.inputs.filter(
    ({ name }) => !constants.has(name) && read.device.has(name) && read.cpu.has(name),
  );
  const toDevice = [...made.cpu].filter((name) => read.device.has(name));
  const toCpu = [...made.device].filter((name) => read.cpu.has(name));
  return shared.length + toDevice.length + toCpu.length;
}

const random = /^(Random|Multinomial$|Bernoulli$)/;

/** Indices of nodes that read only constants or fixed sizes, computed when the file is opened. */
function foldedNodes(facts: GraphFacts): ReadonlySet<number> {
  const { graph } = facts.model;
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  // An initializer that is also an input may be fed.
  const constants = new Set([
    ...graph.initializers.map(({ name }) => name).filter((name) => !inputs.has(name)),
    ...graph.sparseInitializers,
    '',
  ]);
  const folded = new Set<number>();
  graph.nodes.forEach((node, at) => {
    const [x] = node.inputs;
    const sized = node.opType === 'Shape' && node.domain === '' && x !== undefined;
    const fixed = sized && facts.value(x)?.dims?.every((dim) => typeof dim === 'number');
    if (!fixed && !node.inputs.every((name) => constants.has(name))) return;
    if (random.test(node.opType) || node.subgraphs.length > 0) return;
    folded.add(at);
    for (const name of node.outputs) constants.add(name);
  });
  return folded;
}

/** Number of elements up to which a constant does not keep a node off the CPU. */
const smallConstant = 100;

/** Element types that onnxruntime does not leave on the CPU. */
const narrow = /^(float16|bfloat16|float8)/;

/** Facts about nodes, by index, from which {@link nodesLeftOnCpu} starts. */
interface NodeFacts {
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
function nodesLeftOnCpu(
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
