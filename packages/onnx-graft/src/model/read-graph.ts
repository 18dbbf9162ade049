import { GraftError } from '../error.ts';
import { limits } from '../limits.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { WireReader } from '../wire/wire-reader.ts';
import type { Field, Graph, Node, SparseTensor, Tensor, ValueInfo } from './model.ts';
import { readNode } from './read-node.ts';
import { readSparseTensor, readTensorHeader } from './read-tensor-header.ts';
import { readValueInfo } from './read-value-info.ts';
import { sortNodes } from './sort-nodes.ts';

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
  const sparseInitializers: SparseTensor[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const valueInfos: ValueInfo[] = [];
  const fields: Field[] = [];
  reader.fields(field.body, field.end, (part) => {
    fields.push(part);
    switch (part.number) {
      case onnx.GraphProto.node:
        nodes.push(
          readNode(reader, part, nodes.length, (body) => readGraph(reader, body, depth + 1)),
        );
        break;
      case onnx.GraphProto.name:
        name = reader.string(part);
        break;
      case onnx.GraphProto.initializer:
        initializers.push(readTensorHeader(reader, part));
        break;
      case onnx.GraphProto.input:
        inputs.push(readValueInfo(reader, part));
        break;
      case onnx.GraphProto.output:
        outputs.push(readValueInfo(reader, part));
        break;
      case onnx.GraphProto.valueInfo:
        valueInfos.push(readValueInfo(reader, part));
        break;
      case onnx.GraphProto.sparseInitializer:
        sparseInitializers.push(readSparseTensor(reader, part));
    }
  });
  return {
    name,
    nodes: sortNodes(nodes),
    initializers,
    sparseInitializers,
    inputs,
    outputs,
    valueInfos,
    field,
    fields,
  };
}
