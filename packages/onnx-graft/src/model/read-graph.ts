import { GraftError } from '../error.ts';
import { limits } from '../limits.ts';
import type { WireReader } from '../wire/wire-reader.ts';
import type { Field, Graph, Node, Tensor, ValueInfo } from './model.ts';
import { readNode } from './read-node.ts';
import { readTensorHeader } from './read-tensor-header.ts';
import { readValueInfo } from './read-value-info.ts';

/** Field numbers of GraphProto (onnx.proto). */
export const graphField = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  sparseInitializer: 15,
} as const;

/** Reads a GraphProto and, below it, the bodies of its control flow. */
export function readGraph(reader: WireReader, field: Field, depth = 0): Graph {
  reader.message(field);
  if (depth > limits.subgraphDepth) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${reader.source.label}: byte ${field.start}: graphs nested more than ${limits.subgraphDepth} deep.`,
    );
  }
  let name = '';
  const nodes: Node[] = [];
  const initializers: Tensor[] = [];
  const sparseInitializers: string[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const valueInfos: ValueInfo[] = [];
  const fields: Field[] = [];
  reader.fields(field.body, field.end, (part) => {
    fields.push(part);
    switch (part.number) {
      case graphField.node:
        nodes.push(
          readNode(reader, part, nodes.length, (body) => readGraph(reader, body, depth + 1)),
        );
        break;
      case graphField.name:
        name = reader.string(part);
        break;
      case graphField.initializer:
        initializers.push(readTensorHeader(reader, part));
        break;
      case graphField.input:
        inputs.push(readValueInfo(reader, part));
        break;
      case graphField.output:
        outputs.push(readValueInfo(reader, part));
        break;
      case graphField.valueInfo:
        valueInfos.push(readValueInfo(reader, part));
        break;
      case graphField.sparseInitializer:
        sparseInitializers.push(readSparseName(reader, part));
    }
  });
  return {
    name,
    nodes,
    initializers,
    sparseInitializers,
    inputs,
    outputs,
    valueInfos,
    field,
    fields,
  };
}

/** SparseTensorProto carries its name in `values` (field 1). */
function readSparseName(reader: WireReader, field: Field): string {
  reader.message(field);
  let name = '';
  reader.fields(field.body, field.end, (part) => {
    if (part.number === 1) name = readTensorHeader(reader, part).name;
  });
  return name;
}
