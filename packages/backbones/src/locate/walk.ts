import type { GraphFacts, Node } from '@pip-graft/onnx-graft';
import type { Trails } from './trail.ts';

/** Operators that prepare an image for the network, or copy it, without looking at its content. */
const preparation = new Set([
  'Pad',
  'Identity',
  'Cast',
  'Slice',
  'Resize',
  'Upsample',
  'AveragePool',
  'MaxPool',
  'QuantizeLinear',
  'DequantizeLinear',
  'Transpose',
  'Clip',
  'Dropout',
]);
const arithmetic = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** Operators after which a sum is a gate, not a feature. */
const gates = new Set(['Sigmoid', 'HardSigmoid', 'Softmax']);

/** Whether a value is the input image itself: padded, normalised, resized, but never convolved. */
export function isImageCopy(facts: GraphFacts, trails: Trails, value: string): boolean {
  let name = value;
  // A damaged file may have a cycle here, so take at most as many steps as nodes.
  for (let left = facts.model.graph.nodes.length; left >= 0; left--) {
    const at = facts.producer(name);
    if (at === undefined) return trails.feature(name) !== undefined;
    const node = facts.model.graph.nodes[at]!;
    const features = node.inputs.filter((input) => trails.feature(input));
    const source = features[0];
    const plain = preparation.has(node.opType) || arithmetic.has(node.opType);
    if (!plain || source === undefined || features.length > 1) return false;
    name = source;
  }
  return false;
}

/**
 * Whether a value, or one that it is made of at its resolution, is read on the way to `other`: then
 * `other` went down from this value's level.
 */
export function isLeftTowards(
  facts: GraphFacts,
  trails: Trails,
  value: string,
  other: string,
): boolean {
  const scale = trails.feature(value)?.scale;
  const before = facts.ancestors(other);
  const seen = new Set<string>();
  const open = [value];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const feature = trails.feature(name);
    if (seen.has(name) || (feature !== undefined && feature.scale !== scale)) continue;
    seen.add(name);
    if (feature && facts.uses(name).some(({ node }) => before.has(node))) return true;
    const at = facts.producer(name);
    const inputs = at === undefined ? [] : facts.model.graph.nodes[at]!.inputs;
    for (const input of inputs) open.push(input);
  }
  return false;
}

/** Whether everything after a node goes through a gate that multiplies another feature map. */
export function onlyGates(facts: GraphFacts, trails: Trails, node: Node): boolean {
  const open = [...node.outputs];
  const seen = new Set<string>();
  let gated = false;
  while (open.length > 0) {
    const name = open.pop()!;
    if (seen.has(name)) continue;
    seen.add(name);
    if (facts.isOutput(name)) return false;
    for (const use of facts.uses(name)) {
      const reader = facts.model.graph.nodes[use.node]!;
      if (gates.has(reader.opType) && multipliesAnother(facts, trails, reader)) gated = true;
      else for (const out of reader.outputs) open.push(out);
    }
  }
  return gated;
}

function multipliesAnother(facts: GraphFacts, trails: Trails, gate: Node): boolean {
  const out = gate.outputs[0]!;
  return facts.uses(out).some((use) => {
    const reader = facts.model.graph.nodes[use.node]!;
    const other = reader.inputs.find((name) => name !== out && trails.feature(name));
    // x · sigmoid(x) is an activation.
    return reader.opType === 'Mul' && other !== undefined && other !== gate.inputs[0];
  });
}

/** Whether a node's result becomes the output image without passing another layer. */
export function endsInOutput(facts: GraphFacts, node: Node): boolean {
  let name = node.outputs[0]!;
  for (let left = facts.model.graph.nodes.length; left >= 0; left--) {
    if (facts.isOutput(name)) return true;
    const [use, ...more] = facts.uses(name);
    const reader = use && facts.model.graph.nodes[use.node];
    if (!reader || more.length > 0) return false;
    if (!preparation.has(reader.opType) && !arithmetic.has(reader.opType)) return false;
    name = reader.outputs[0]!;
  }
  return false;
}
