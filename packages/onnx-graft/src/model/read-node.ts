import type { WireReader } from '../wire/wire-reader.ts';
import type { Attribute, Field, Graph, Node } from './model.ts';
import { readTensorHeader } from './read-tensor-header.ts';

/** Field numbers of NodeProto (onnx.proto). */
export const nodeField = {
  input: 1,
  output: 2,
  name: 3,
  opType: 4,
  attribute: 5,
  domain: 7,
} as const;

/** Field numbers of AttributeProto (onnx.proto). */
const attributeField = {
  name: 1,
  float: 2,
  int: 3,
  string: 4,
  tensor: 5,
  graph: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  graphs: 11,
} as const;

type ReadGraph = (field: Field) => Graph;

/** Reads a NodeProto. Bodies of control flow go through `readGraph`, which counts the depth. */
export function readNode(
  reader: WireReader,
  field: Field,
  index: number,
  readGraph: ReadGraph,
): Node {
  reader.message(field);
  reader.count();
  let name = '';
  let opType = '';
  let domain = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  const subgraphs: Graph[] = [];
  reader.fields(field.body, field.end, (part) => {
    if (part.number === nodeField.input) inputs.push(reader.string(part));
    else if (part.number === nodeField.output) outputs.push(reader.string(part));
    else if (part.number === nodeField.name) name = reader.string(part);
    else if (part.number === nodeField.opType) opType = reader.string(part);
    else if (part.number === nodeField.domain) domain = reader.string(part);
    else if (part.number === nodeField.attribute) {
      const attribute = readAttribute(reader, part, subgraphs, readGraph);
      attributes.set(attribute.name, attribute);
    }
  });
  return {
    index,
    name,
    opType,
    domain: domain === 'ai.onnx' ? '' : domain,
    inputs,
    outputs,
    attributes,
    subgraphs,
    field,
  };
}

function readAttribute(
  reader: WireReader,
  field: Field,
  subgraphs: Graph[],
  readGraph: ReadGraph,
): Attribute {
  reader.message(field);
  const attribute: { -readonly [K in keyof Attribute]: Attribute[K] } = { name: '', field };
  const ints: number[] = [];
  const floats: number[] = [];
  const strings: string[] = [];
  reader.fields(field.body, field.end, (part) => {
    switch (part.number) {
      case attributeField.name:
        attribute.name = reader.string(part);
        break;
      case attributeField.float:
        attribute.float = reader.float(part);
        break;
      case attributeField.int:
        attribute.int = reader.int(part);
        break;
      case attributeField.string:
        attribute.string = reader.string(part);
        break;
      case attributeField.tensor:
        attribute.tensor = readTensorHeader(reader, part);
        break;
      case attributeField.graph:
      case attributeField.graphs:
        subgraphs.push(readGraph(part));
        break;
      case attributeField.floats:
        reader.floats(part, floats);
        break;
      case attributeField.ints:
        reader.ints(part, ints);
        break;
      case attributeField.strings:
        strings.push(reader.string(part));
    }
  });
  if (ints.length > 0) attribute.ints = ints;
  if (floats.length > 0) attribute.floats = floats;
  if (strings.length > 0) attribute.strings = strings;
  return attribute;
}
