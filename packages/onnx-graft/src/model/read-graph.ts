import { GraftError } from '../error.ts';
import { limits } from '../limits.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { WireReader } from '../wire/wire-reader.ts';
import { type DataType, dataTypeOf } from './data-type.ts';
import type { Attribute, Field, Graph, Node, SparseTensor, Tensor, ValueInfo } from './model.ts';
import { readSparseTensor, readTensorHeader } from './read-tensor.ts';
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

type Dims = (number | string | null)[];

/** Reads a ValueInfoProto: a name and, for tensors, element type and dimensions. */
function readValueInfo(reader: WireReader, field: Field): ValueInfo {
  reader.message(field);
  reader.count();
  let name = '';
  let dataType: DataType | undefined;
  let dims: Dims | undefined;
  reader.fields(field.body, field.end, (part) => {
    if (part.number === onnx.ValueInfoProto.name) name = reader.string(part);
    // Sequences, maps and optionals stay undescribed.
    else if (part.number === onnx.ValueInfoProto.type)
      reader.fields(part.body, part.end, (type) => {
        if (type.number !== onnx.TypeProto.tensorType) return;
        reader.message(type);
        reader.fields(type.body, type.end, (tensor) => {
          if (tensor.number === onnx.TypeProtoTensor.elemType)
            dataType = dataTypeOf(reader.int(tensor));
          else if (tensor.number === onnx.TypeProtoTensor.shape) dims = readShape(reader, tensor);
        });
      });
  });
  return { name, dataType, dims, field };
}

function readShape(reader: WireReader, field: Field): Dims {
  reader.message(field);
  const dims: Dims = [];
  reader.fields(field.body, field.end, (part) => {
    if (part.number !== onnx.TensorShapeProto.dim) return;
    reader.message(part);
    if (dims.length >= limits.rank) reader.fail(part.start, 'a shape with too many dimensions');
    let dim: number | string | null = null;
    reader.fields(part.body, part.end, (kind) => {
      if (kind.number === onnx.TensorShapeProtoDimension.dimValue) dim = open(reader.int(kind));
      else if (kind.number === onnx.TensorShapeProtoDimension.dimParam)
        dim = reader.string(kind) || null;
    });
    dims.push(dim);
  });
  return dims;
}

/** Some exporters write -1 for an open size. */
function open(size: number): number | null {
  return size < 0 ? null : size;
}

const nodeField = onnx.NodeProto;
const attributeField = onnx.AttributeProto;

/** One for all nodes without: a model has thousands. */
const noAttributes: Node['attributes'] = new Map();
const noSubgraphs: Node['subgraphs'] = [];

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
  let attributes: Map<string, Attribute> | undefined;
  let subgraphs: Graph[] | undefined;
  // Not by `fields`: a model has thousands of nodes, and each would get a function of its own.
  reader.position = field.body;
  while (reader.position < field.end) {
    const part = reader.field(field.end);
    if (part.number === nodeField.input) inputs.push(reader.string(part));
    else if (part.number === nodeField.output) outputs.push(reader.string(part));
    else if (part.number === nodeField.name) name = reader.string(part);
    else if (part.number === nodeField.opType) opType = reader.string(part);
    else if (part.number === nodeField.domain) domain = reader.string(part);
    else if (part.number === nodeField.attribute) {
      const attribute = readAttribute(reader, part, readGraph);
      // Readers differ in which one counts, and the other's contents would go unseen.
      attributes ??= new Map();
      if (attributes.has(attribute.name))
        reader.fail(part.start, `a node has two attributes '${attribute.name}'`);
      attributes.set(attribute.name, attribute);
      if (attribute.graphs) {
        subgraphs ??= [];
        subgraphs.push(...attribute.graphs);
      }
    }
    reader.position = part.end;
  }
  return {
    index,
    name,
    opType,
    domain: domain === 'ai.onnx' ? '' : domain,
    // Without the room that lists grow into, 16 elements each.
    inputs: inputs.slice(),
    outputs: outputs.slice(),
    attributes: attributes ?? noAttributes,
    subgraphs: subgraphs ?? noSubgraphs,
    field,
  };
}

/** Reads an AttributeProto. */
export function readAttribute(reader: WireReader, field: Field, readGraph: ReadGraph): Attribute {
  reader.message(field);
  const attribute: { -readonly [K in keyof Attribute]: Attribute[K] } = { name: '', field };
  let ints: number[] | undefined;
  let floats: number[] | undefined;
  let strings: string[] | undefined;
  let tensors: Tensor[] | undefined;
  let sparseTensors: SparseTensor[] | undefined;
  let graphs: Graph[] | undefined;
  reader.position = field.body;
  while (reader.position < field.end) {
    const part = reader.field(field.end);
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
        tensors ??= [];
        tensors.push(attribute.tensor);
        break;
      case attributeField.tensors:
        tensors ??= [];
        tensors.push(readTensorHeader(reader, part));
        break;
      case attributeField.sparseTensor:
      case attributeField.sparseTensors:
        sparseTensors ??= [];
        sparseTensors.push(readSparseTensor(reader, part));
        break;
      case attributeField.g:
      case attributeField.graphs:
        graphs ??= [];
        graphs.push(readGraph(part));
        break;
      case attributeField.floats:
        floats ??= [];
        reader.floats(part, floats);
        break;
      case attributeField.ints:
        ints ??= [];
        reader.ints(part, ints);
        break;
      case attributeField.strings:
        strings ??= [];
        strings.push(reader.string(part));
    }
    reader.position = part.end;
  }
  // A list that is there and empty is none.
  if (ints?.length) attribute.ints = ints;
  if (floats?.length) attribute.floats = floats;
  if (strings) attribute.strings = strings;
  if (tensors) attribute.tensors = tensors;
  if (sparseTensors) attribute.sparseTensors = sparseTensors;
  if (graphs) attribute.graphs = graphs;
  return attribute;
}
