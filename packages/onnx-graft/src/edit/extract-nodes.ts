import type { ValueSpec } from '../author/spec.ts';
import type { Field, Model } from '../model/model.ts';
import { readLater } from '../model/read-later.ts';
import { capturesOf } from '../model/sort-nodes.ts';
import { encodeBareOutput, encodeValueInfo } from './encode.ts';
import { type Edit, rewrite } from './rewrite.ts';

export interface Extract {
  /** Indices of the nodes to keep. */
  readonly nodes: ReadonlySet<number>;
  /** Values that these nodes read but none of them makes. */
  readonly inputs: readonly ValueSpec[];
  /** Values to output, made by these nodes. */
  readonly outputs: readonly string[];
}

/**
 * Extracts some nodes of a model, with the weights they read, as a separate model. Kept records
 * keep their bytes.
 *
 * @example
 * extractNodes(model, { nodes: new Set([4, 5]), inputs: [{ name: 'x', dataType: 'float32', dims: [1, 8, 4, 4] }], outputs: ['y'] });
 */
export function extractNodes(model: Model, { nodes, inputs, outputs }: Extract): Model {
  const { graph } = model;
  const parents = [graph.field];
  const read = new Set<string>();
  for (const index of nodes) {
    const node = graph.nodes[index]!;
    for (const name of node.inputs) read.add(name);
    for (const name of capturesOf(node)) read.add(name);
  }
  const dropped: Field[] = [
    ...graph.nodes.filter(({ index }) => !nodes.has(index)),
    ...graph.initializers.filter(({ name }) => !read.has(name)),
    ...graph.sparseInitializers.filter(({ name }) => !read.has(name)),
    ...graph.inputs,
    ...graph.outputs,
  ].map(({ field }) => field);
  const edits = dropped.map(({ start, end }): Edit => ({ start, end, pieces: [], parents }));
  const { end } = graph.field;
  const pieces = [
    ...inputs.map((value) => encodeValueInfo(value, 'input')),
    ...outputs.map(encodeBareOutput),
  ];
  return readLater(rewrite(model, [...edits, { start: end, end, pieces, parents }]), {
    external: model.external,
  });
}
