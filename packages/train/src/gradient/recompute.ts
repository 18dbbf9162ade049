import {
  type Attribute,
  type AttributeSpec,
  type GraphBuilder,
  type Node,
  ops,
  type Shaped,
} from '@pip-graft/onnx-graft';
import { bytesOf, rootsOf } from '../graph/step-memory.ts';
import { crossingValues } from './choose-cuts.ts';

/** Values up to this size are kept: recomputing one costs more than it saves. */
const smallBytes = 4096;

/** Input of {@link recompute}. */
export interface RecomputeRequest {
  readonly g: GraphBuilder;
  readonly nodes: readonly Node[];
  /** Positions of nodes that begin a segment. */
  readonly cuts: readonly number[];
  readonly again: (node: Node) => boolean;
  readonly shape: (value: string) => Shaped | undefined;
}

/** Names under which the backward pass reads values of the forward pass. */
export interface Recomputed {
  /**
   * Emits the second copy of a segment when the backward walk first enters it. `arrived` are the
   * gradients made until then: the copy waits for them, which keeps it from running during the
   * forward pass, and makes it a different expression from the original, with which onnxruntime
   * would otherwise merge it.
   */
  enter(at: number, arrived: () => readonly string[]): void;
  /** Returns a value's copy, or the value if it is kept. */
  nameOf(value: string): string;
  /** Returns the original of a copy, or the value itself. */
  originalOf(name: string): string;
}

/** @example const again = recompute({ g, nodes, cuts, again: () => true, shape }); */
export function recompute({ g, nodes, cuts, again, shape }: RecomputeRequest): Recomputed {
  const crosses = crossingValues(nodes, cuts, rootsOf(nodes));
  const starts = [0, ...cuts];
  const originals = new Map<string, string>();
  let names = new Map<string, string>();
  let current = starts.length - 1;

  const emit = (segment: number, arrived: readonly string[]): void => {
    const inner = g.scope(`segment${segment}`);
    const late = waiting(inner, arrived);
    names = new Map();
    const rename = (value: string, name: string): void => {
      names.set(value, name);
      originals.set(name, value);
    };
    const gate = (value: string): void => rename(value, gated(inner, value, late, shape));
    const end = starts[segment + 1] ?? nodes.length;
    for (const node of nodes.slice(starts[segment], end)) {
      if (!again(node) || node.outputs.every((value) => isKept(value))) continue;
      for (const value of node.inputs) if (!names.has(value) && isHeld(value, segment)) gate(value);
      if (!node.inputs.some((value) => names.has(value))) {
        const first = node.inputs.find((value) => isFloat(shape(value)));
        if (first === undefined) continue;
        gate(first);
      }
      const outputs = inner.node(
        node.opType,
        node.inputs.map((value) => names.get(value) ?? value),
        specsOf(node),
        { name: node.name || node.opType, outputs: node.outputs.length, domain: node.domain },
      );
      for (const [index, value] of node.outputs.entries())
        if (value !== '' && !isKept(value)) rename(value, outputs[index]!);
    }
  };
  const isKept = (value: string): boolean =>
    value === '' || crosses.has(value) || bytesOf(shape(value)) <= smallBytes;
  const home = new Map(nodes.flatMap(({ outputs }, at) => outputs.map((value) => [value, at])));
  /** Whether a value is large and still in memory from the forward pass. */
  const isHeld = (value: string, segment: number): boolean => {
    const at = home.get(value);
    if (at === undefined || bytesOf(shape(value)) <= smallBytes) return false;
    return crosses.has(value) || at < starts[segment]! || !again(nodes[at]!);
  };
  return {
    enter(at, arrived) {
      const segment = cuts.filter((cut) => cut <= at).length;
      if (segment === current) return;
      current = segment;
      emit(segment, arrived());
    },
    nameOf: (value) => names.get(value) ?? value,
    originalOf: (name) => originals.get(name) ?? name,
  };
}

/** Makes a tensor without elements that exists once all of the values do. */
function waiting(g: GraphBuilder, values: readonly string[]): string {
  const empty = values.map((value) => {
    const flat = ops.reshape(g, value, [-1]);
    return ops.slice(g, flat, { starts: [0], ends: [0], axes: [0] });
  });
  return empty.length === 1 ? empty[0]! : ops.concat(g, empty, 0);
}

/** Makes a value wait for `late`, by concatenating it to a tensor without elements. */
function gated(
  g: GraphBuilder,
  value: string,
  late: string,
  shape: (value: string) => Shaped | undefined,
): string {
  const dims = shape(value)?.dims ?? [];
  const nothing = ops.reshape(g, late, [0, ...dims.slice(1)]);
  return ops.concat(g, [nothing, value], 0);
}

function isFloat(value: Shaped | undefined): boolean {
  return value?.dataType === 'float32' && (value.dims?.length ?? 0) > 0;
}

function specsOf({ attributes }: Node): Record<string, AttributeSpec> {
  return Object.fromEntries(
    [...attributes.values()].map((attribute) => [attribute.name, specOf(attribute)]),
  );
}

function specOf(attribute: Attribute): AttributeSpec {
  const { int, float, string, ints, floats, strings } = attribute;
  if (int !== undefined) return { int };
  if (float !== undefined) return { float };
  if (string !== undefined) return { string };
  if (ints !== undefined) return { ints };
  if (floats !== undefined) return { floats };
  return { strings: strings ?? [] };
}
