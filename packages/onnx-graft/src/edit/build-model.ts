import { requireMembers } from '../argument.ts';
import type { NodeSpec, TensorSpec, ValueSpec } from '../author/spec.ts';
import type { Model } from '../model/model.ts';
import { readModel } from '../model/read-model.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { onnx } from '../wire/onnx-fields.ts';
import { type Piece, pieceSource } from '../wire/source.ts';
import {
  encodeField,
  encodeMetadata,
  encodeNode,
  encodeTensor,
  encodeValueInfo,
} from './encode.ts';

/** Description of a model authored from scratch. */
export interface ModelSpec {
  readonly irVersion: number;
  /** Version of ONNX's own operators; other domains go into `opsets`. */
  readonly opset: number;
  readonly opsets?: Readonly<Record<string, number>>;
  readonly producer: { readonly name: string; readonly version: string };
  readonly graphName: string;
  readonly nodes: readonly NodeSpec[];
  readonly initializers: readonly TensorSpec[];
  readonly inputs: readonly ValueSpec[];
  readonly outputs: readonly ValueSpec[];
  /** Known types of inner values, which spare runtimes the inference. */
  readonly values?: readonly ValueSpec[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Builds a model and reads it back as a view, so that every function of this package works on it;
 * weights given as `load` are made while saving.
 *
 * @example
 * const x = { name: 'x', dataType: 'float32', dims: ['n', 3] } as const;
 * const relu = { name: 'relu', opType: 'Relu', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} };
 * buildModel({ irVersion: 8, opset: 17, producer: { name: 'me', version: '1' }, graphName: 'g',
 *   nodes: [relu], initializers: [], inputs: [x], outputs: [{ ...x, name: 'y' }] });
 */
export function buildModel(spec: ModelSpec): Model {
  requireMembers(spec, 'buildModel', {
    producer: 'an object',
    nodes: 'a list',
    initializers: 'a list',
    inputs: 'a list',
    outputs: 'a list',
  });
  const { irVersion, producerName, producerVersion, opsetImport } = onnx.ModelProto;
  const head = new FieldWriter()
    .int(irVersion, spec.irVersion)
    .text(producerName, spec.producer.name)
    .text(producerVersion, spec.producer.version);
  for (const [domain, version] of Object.entries({ '': spec.opset, ...spec.opsets })) {
    head.message(opsetImport, (opset) => {
      if (domain !== '') opset.text(onnx.OperatorSetIdProto.domain, domain);
      opset.int(onnx.OperatorSetIdProto.version, version);
    });
  }
  const graph: Piece[] = [
    ...spec.nodes.map(encodeNode),
    new FieldWriter().text(onnx.GraphProto.name, spec.graphName).finish(),
    ...spec.initializers.flatMap(encodeTensor),
    ...spec.inputs.map((value) => encodeValueInfo(value, 'input')),
    ...spec.outputs.map((value) => encodeValueInfo(value, 'output')),
    ...(spec.values ?? []).map((value) => encodeValueInfo(value, 'valueInfo')),
  ];
  const metadata = Object.entries(spec.metadata ?? {}).map(([key, value]) =>
    encodeMetadata(key, value),
  );
  const pieces = [head.finish(), ...encodeField(onnx.ModelProto.graph, graph), ...metadata];
  return readModel(pieceSource(pieces, spec.graphName));
}
