import { imageInputs } from '../facts/image-input.ts';
import type { Links } from '../facts/links.ts';
import type { Model, Node } from '../model/model.ts';
import { dataInputs, floatOp } from './float-op.ts';

/** Operators that add the image to the network's result, or subtract that from the image. */
const joins: ReadonlySet<string> = new Set(['Add', 'Sub', 'Sum']);

/**
 * Nodes of the image residual: the last addition before an output, what is between them (crop,
 * clip, scaling by a constant), and the path of the image that it adds. The image is most of the
 * result, and float16 between ½ and 1 has steps of 1/2048, too coarse for 8 bits.
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
  /** Non-constant inputs of a node. */
  const readsOf = (node: Node): string[] => {
    const op = floatOp(node);
    const read = op ? dataInputs(node, op).map((input) => node.inputs[input]!) : [];
    return read.filter((value) => !isConstant(value));
  };
  /** Walks from a value back through nodes that each read one value, to where that ends. */
  const walk = (from: string, also: string): { readonly end: string; readonly nodes: Node[] } => {
    const nodes: Node[] = [];
    let end = from;
    let before = graph.nodes.length;
    // In a file with a cycle of nodes this would loop forever.
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
    // An image may be resized to the output first.
    const ways = readsOf(join).map((value) => walk(value, 'Resize'));
    const image = ways.filter(({ end }) => images.has(end));
    if (image.length === 0) continue;
    for (const { index } of [...tail.nodes, join, ...image.flatMap(({ nodes }) => nodes)])
      found.add(index);
  }
  return found;
}
