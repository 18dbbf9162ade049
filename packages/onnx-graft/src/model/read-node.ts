import { onnx } from '../wire/onnx-fields.ts';
import type { WireReader } from '../wire/wire-reader.ts';
import type { Attribute, Field, Graph, Node, SparseTensor, Tensor } from './model.ts';
import { readSparseTensor, readTensorHeader } from './read-tensor-header.ts';

const nodeField = onnx.NodeProto;
const attributeField = onnx.AttributeProto;

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
      const attribute = readAttribute(reader, part, readGraph);
      // Readers differ in which one counts, and the other's contents would go unseen.
      if (attributes.has(attribute.name))
        reader.fail(part.start, `a node has two attributes '${attribute.name}'`);
      attributes.set(attribute.name, attribute);
      if (attribute.graphs) subgraphs.push(...attribute.graphs);
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

/** Reads an AttributeProto. */
export function readAttribute(reader: WireReader, field: Field, readGraph: ReadGraph): Attribute {
  reader.message(field);
  const attribute: { -readonly [K in keyof Attribute]: Attribute[K] } = { name: '', field };
  const ints: number[] = [];
  const floats: number[] = [];
  const strings: string[] = [];
  const tensors: Tensor[] = [];
  const sparseTensors: SparseTensor[] = [];
  const graphs: Graph[] = [];
  reader.fields(field.body, field.end, (part) => {
    switch (part.number) {
      case attributeField.name:
        attribute.name = reader.string(part);
        break;
      case attributeField.f:
        attribute.float = reader.float(part);
        break;
      case attributeField.i:
        attribute.int = reader.int(part);
        break;
      case attributeField.s:
        attribute.string = reader.string(part);
        break;
      case attributeField.t:
        attribute.tensor = readTensorHeader(reader, part);
        tensors.push(attribute.tensor);
        break;
      case attributeField.tensors:
        tensors.push(readTensorHeader(reader, part));
        break;
      case attributeField.sparseTensor:
      case attributeField.sparseTensors:
        sparseTensors.push(readSparseTensor(reader, part));
        break;
      case attributeField.g:
      case attributeField.graphs:
        graphs.push(readGraph(part));
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
  if (tensors.length > 0) attribute.tensors = tensors;
  if (sparseTensors.length > 0) attribute.sparseTensors = sparseTensors;
  if (graphs.length > 0) attribute.graphs = graphs;
  return attribute;
}
