import type { Field, Graph, Model, Node, Tensor, TensorData } from './model.ts';

type External = Extract<TensorData, { kind: 'external' }>;

/** A tensor whose elements are in another file, and the messages around its record, outermost first. */
export interface ExternalTensor {
  readonly tensor: Tensor;
  readonly data: External;
  readonly parents: readonly Field[];
}

/** Every tensor with external data: initialisers and attributes, in all graphs and functions. */
export function externalTensors(model: Model): ExternalTensor[] {
  const found: ExternalTensor[] = [];
  const add = (tensor: Tensor, parents: readonly Field[]): void => {
    if (tensor.data.kind === 'external') found.push({ tensor, data: tensor.data, parents });
  };
  const visitNodes = (nodes: readonly Node[], parents: readonly Field[]): void => {
    for (const node of nodes) {
      for (const attribute of node.attributes.values()) {
        if (attribute.tensor) add(attribute.tensor, [...parents, node.field, attribute.field]);
      }
      for (const body of node.subgraphs) {
        const around = [...node.attributes.values()].find(
          ({ field }) => field.start < body.field.start && body.field.end <= field.end,
        );
        if (around) visitGraph(body, [...parents, node.field, around.field]);
      }
    }
  };
  const visitGraph = (graph: Graph, parents: readonly Field[]): void => {
    const inner = [...parents, graph.field];
    for (const tensor of graph.initializers) add(tensor, inner);
    visitNodes(graph.nodes, inner);
  };
  visitGraph(model.graph, []);
  for (const body of model.functions) visitNodes(body.nodes, [body.field]);
  return found;
}
