// Writes packages/onnx-graft/src/wire/onnx-fields.ts, ONNX's field numbers, from onnx-proto. A test compares.
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;

const target = new URL('../packages/onnx-graft/src/wire/onnx-fields.ts', import.meta.url);

/** Fields newer than onnx-proto, which stops at ONNX 1.10 (onnx.proto of ONNX 1.19). */
const newer = {
  ModelProto: { configuration: 26 },
  NodeProto: { overload: 8, metadataProps: 9, deviceConfigurations: 10 },
  GraphProto: { metadataProps: 16 },
  FunctionProto: { attributeProto: 11, valueInfo: 12, overload: 13, metadataProps: 14 },
  TensorProto: { metadataProps: 16 },
  ValueInfoProto: { metadataProps: 4 },
};

/** Messages that PIP Graft reads or writes. */
const messages = [
  ...['ModelProto', 'GraphProto', 'NodeProto', 'AttributeProto', 'TensorProto'],
  ...['SparseTensorProto', 'ValueInfoProto', 'TypeProto', 'TypeProto.Tensor', 'TensorShapeProto'],
  ...['TensorShapeProto.Dimension', 'FunctionProto', 'TrainingInfoProto', 'OperatorSetIdProto'],
  'StringStringEntryProto',
];

/** The text of the generated file. */
export function onnxFields() {
  const lines = messages.map((message) => {
    const fields = { ...fieldsOf(message), ...newer[message] };
    const sorted = Object.entries(fields).sort(([, a], [, b]) => a - b);
    const body = sorted.map(([name, number]) => `    ${name}: ${number},\n`).join('');
    return `  ${message.replace('.', '')}: {\n${body}  },\n`;
  });
  const types = Object.entries(onnx.AttributeProto.AttributeType)
    .filter(([name]) => /^[A-Z_]+$/.test(name))
    .map(([name, number]) => `  ${name}: ${number},\n`);
  return `// Written by \`node scripts/onnx-fields.mjs\` from onnx-proto. Do not edit.

/** Field numbers of ONNX's messages (onnx.proto), by message and field. */
export const onnx = {
${lines.join('')}} as const;

/** AttributeProto.AttributeType. */
export const attributeType = {
${types.join('')}} as const;
`;
}

/** Field numbers of one message, from the encoder that protobufjs wrote for it. */
function fieldsOf(message) {
  const { encode } = message.split('.').reduce((within, name) => within[name], onnx);
  const pattern = /message\.(\w+) != null[\s\S]*?\/\* id (\d+), wireType \d =\*\//g;
  return Object.fromEntries(
    [...encode.toString().matchAll(pattern)].map(([, field, id]) => [field, Number(id)]),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(target, onnxFields());
}
