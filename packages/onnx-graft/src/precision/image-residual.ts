import { imageInputs } from '../facts/image-input.ts';
import type { Links } from '../facts/links.ts';
import type { Model, Node } from '../model/model.ts';
import { dataInputs, floatOp } from './float-op.ts';

/** Operators that add the image to what the network made, or take that from the image. */
const joins: ReadonlySet<string> = new Set(['Add', 'Sub', 'Sum']);

/**
 * Nodes of the image residual: the last addition on the way to an output, what is between them
 * (crop, clip, scaling by a constant), and the way of the image that it adds. The image carries most
 * of the result, and float16 between ½ and 1 steps by 1/2048, which is coarser than 8 bits want.
 */
export function imageResidual(
  model: Model,
  links: Links,
  isConstant: (value: string) => boolean,
): ReadonlySet<number> {
  const { graph } = model;
  const images = new Set(imageInputs(model).map(({ name }) => name));
  const found = new Set<number>();
  const maker = (value: string): Node | undefined => graph.nodes[links.producers.get(value) ?? -1];
  /** What a node reads that is not a constant. */
  const readsOf = (node: Node): string[] => {
    const op = floatOp(node);
    const read = op ? dataInputs(node, op).map((input) => node.inputs[input]!) : [];
    return read.filter((value) => !isConstant(value));
  };
  /** From a value back through nodes that each read one value, to where that ends. */
  const walk = (from: string, also: string): { readonly end: string; readonly nodes: Node[] } => {
    const nodes: Node[] = [];
    let end = from;
    let before = graph.nodes.length;
    // A file whose nodes are in a circle would lead round for ever.
    for (let node = maker(end); node && node.index < before; node = maker(end)) {
      before = node.index;
      const kind = floatOp(node)?.kind;
      const [next, ...more] = readsOf(node);
      const passes = kind === 'movement' || kind === 'elementwise' || node.opType === also;
      if (!passes || next === undefined || more.length > 0) break;
      nodes.push(node);
      end = next;
    }
    return { end, nodes };
  };
  for (const { name } of graph.outputs) {
    const tail = walk(name, '');
    const join = maker(tail.end);
    if (join?.domain !== '' || !joins.has(join.opType)) continue;
    // An image may be brought to the output's size first.
    const ways = readsOf(join).map((value) => walk(value, 'Resize'));
    const image = ways.filter(({ end }) => images.has(end));
    if (image.length === 0) continue;
    for (const { index } of [...tail.nodes, join, ...image.flatMap(({ nodes }) => nodes)])
      found.add(index);
  }
  return found;
}
