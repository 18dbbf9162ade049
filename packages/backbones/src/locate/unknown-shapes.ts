import type { GraphFacts, RejectedSite } from '@pip-graft/onnx-graft';

/** Nodes that are named; those behind them are unknown because of them. */
const named = 3;

/**
 * Where the model stops being known: nodes that make something of a value of known shape whose own
 * shape is not. Behind them no skip connection can be told.
 */
export function unknownShapes(facts: GraphFacts): RejectedSite[] {
  const { values } = facts.sample;
  const isKnown = (name: string): boolean => values.get(name)?.dims !== undefined;
  const found = facts.model.graph.nodes.filter(
    ({ inputs, outputs }) =>
      inputs.length > 0 &&
      inputs.every((name) => name === '' || isKnown(name)) &&
      outputs.some((name) => name !== '' && !isKnown(name)),
  );
  return found.slice(0, named).map(({ name, index, opType, domain, outputs }) => {
    const operator = domain === '' ? opType : `${domain}:${opType}`;
    const more = found.length > named ? ` (and at ${found.length - named} more nodes)` : '';
    return {
      value: outputs.find((output) => output !== '') ?? '',
      reason: `its shape is not known: the shape of what '${operator}' makes cannot be told at node ${name === '' ? `#${index}` : `'${name}'`}${more}, so nothing behind it can be grafted; replace the operator, or annotate its output with a shape`,
    };
  });
}
