import type { Field, Model } from '../model/model.ts';
import { onnx } from '../wire/onnx-fields.ts';
import { isUtf8 } from '../wire/text.ts';
import { WireReader } from '../wire/wire-reader.ts';
import type { Findings } from './finding.ts';

type Message = keyof typeof onnx;

/** String fields of each message (onnx.proto). Attributes of type string hold arbitrary bytes. */
const strings: Readonly<Partial<Record<Message, readonly string[]>>> = {
  ModelProto: ['producerName', 'producerVersion', 'domain', 'docString'],
  GraphProto: ['name', 'docString'],
  NodeProto: ['input', 'output', 'name', 'opType', 'domain', 'docString', 'overload'],
  AttributeProto: ['name', 'refAttrName', 'docString'],
  TensorProto: ['name', 'docString'],
  ValueInfoProto: ['name', 'docString'],
  TypeProto: ['denotation'],
  TensorShapeProtoDimension: ['dimParam', 'denotation'],
  FunctionProto: ['name', 'input', 'output', 'attribute', 'docString', 'domain', 'overload'],
  OperatorSetIdProto: ['domain'],
  StringStringEntryProto: ['key', 'value'],
};

/** Message fields of each message. */
const messages: Readonly<Partial<Record<Message, Readonly<Record<string, Message>>>>> = {
  ModelProto: {
    graph: 'GraphProto',
    functions: 'FunctionProto',
    trainingInfo: 'TrainingInfoProto',
    opsetImport: 'OperatorSetIdProto',
    metadataProps: 'StringStringEntryProto',
  },
  GraphProto: {
    node: 'NodeProto',
    initializer: 'TensorProto',
    sparseInitializer: 'SparseTensorProto',
    input: 'ValueInfoProto',
    output: 'ValueInfoProto',
    valueInfo: 'ValueInfoProto',
    metadataProps: 'StringStringEntryProto',
  },
  NodeProto: { attribute: 'AttributeProto', metadataProps: 'StringStringEntryProto' },
  AttributeProto: {
    t: 'TensorProto',
    tensors: 'TensorProto',
    g: 'GraphProto',
    graphs: 'GraphProto',
    sparseTensor: 'SparseTensorProto',
    sparseTensors: 'SparseTensorProto',
  },
  TensorProto: { externalData: 'StringStringEntryProto', metadataProps: 'StringStringEntryProto' },
  SparseTensorProto: { values: 'TensorProto', indices: 'TensorProto' },
  ValueInfoProto: { type: 'TypeProto', metadataProps: 'StringStringEntryProto' },
  TypeProto: { tensorType: 'TypeProtoTensor', sparseTensorType: 'TypeProtoTensor' },
  TypeProtoTensor: { shape: 'TensorShapeProto' },
  TensorShapeProto: { dim: 'TensorShapeProtoDimension' },
  FunctionProto: {
    node: 'NodeProto',
    attributeProto: 'AttributeProto',
    valueInfo: 'ValueInfoProto',
    opsetImport: 'OperatorSetIdProto',
    metadataProps: 'StringStringEntryProto',
  },
  TrainingInfoProto: {
    initialization: 'GraphProto',
    algorithm: 'GraphProto',
    initializationBinding: 'StringStringEntryProto',
    updateBinding: 'StringStringEntryProto',
  },
};

/** Finds strings that are not UTF-8, as onnx.proto requires. */
export function checkNames({ source, fields }: Model, findings: Findings): void {
  const reader = new WireReader(source);
  const look = (message: Message, field: Field): void => {
    const known = kindOf(message, field.number);
    if (known === undefined || field.wireType !== 2) return;
    if (known.message) {
      const { message: inside } = known;
      // Whatever is in it: nearly all nodes of nearly all files.
      if (reader.isAscii(field)) return;
      reader.fields(field.body, field.end, (part) => look(inside, part));
    } else {
      const text = reader.string(field);
      if (isUtf8(text)) return;
      const message = `its bytes are not UTF-8; onnxruntime takes them, Python and browsers do not. Export the model again with plain names.`;
      findings.error('NOT_UTF8', `byte ${field.start}: ${known.name} '${text}'`, message);
    }
  };
  for (const field of fields) look('ModelProto', field);
}

interface Kind {
  readonly name: string;
  readonly message?: Message | undefined;
}

const kinds = new Map<Message, ReadonlyMap<number, Kind>>();

/** Kind of a message's field: a message or a string; undefined for anything else. */
function kindOf(message: Message, number: number): Kind | undefined {
  let known = kinds.get(message);
  if (known === undefined) {
    const numbers: Readonly<Record<string, number>> = onnx[message];
    const inside = Object.entries(messages[message] ?? {}).map(([name, of]): [number, Kind] => [
      numbers[name]!,
      { name, message: of },
    ]);
    const texts = (strings[message] ?? []).map((name): [number, Kind] => [
      numbers[name]!,
      { name },
    ]);
    known = new Map([...inside, ...texts]);
    kinds.set(message, known);
  }
  return known.get(number);
}
