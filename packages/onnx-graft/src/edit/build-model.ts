import protobuf from 'protobufjs/minimal.js';
import type { NodeSpec, TensorSpec, ValueSpec } from '../author/spec.ts';
import type { Model } from '../model/model.ts';
import { graphField } from '../model/read-graph.ts';
import { modelField, readModel } from '../model/read-model.ts';
import { type Piece, pieceSource } from '../wire/source.ts';
import {
  encodeField,
  encodeMetadata,
  encodeNode,
  encodeTensor,
  encodeValueInfo,
} from './encode.ts';

/** Everything of a model that is authored from nothing. */
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
  /** What is known of inner values; spares runtimes their inference. */
  readonly values?: readonly ValueSpec[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes a model and reads it back as a view, so that every function of this
 * package works on it; weights given as `load` are made when they are saved.
 *
 * @example
 * const x = { name: 'x', dataType: 'float32', dims: ['n', 3] } as const;
 * const relu = { name: 'relu', opType: 'Relu', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} };
 * buildModel({ irVersion: 8, opset: 17, producer: { name: 'me', version: '1' }, graphName: 'g',
 *   nodes: [relu], initializers: [], inputs: [x], outputs: [{ ...x, name: 'y' }] });
 */
export function buildModel(spec: ModelSpec): Model {
  const head = protobuf.Writer.create();
  head.uint32(modelField.irVersion * 8).int64(spec.irVersion);
  head.uint32(modelField.producerName * 8 + 2).string(spec.producer.name);
  head.uint32(modelField.producerVersion * 8 + 2).string(spec.producer.version);
  for (const [domain, version] of Object.entries({ '': spec.opset, ...spec.opsets })) {
    head.uint32(modelField.opsetImport * 8 + 2).fork();
    if (domain !== '') head.uint32(10).string(domain);
    head.uint32(16).int64(version).ldelim();
  }
  const graph: Piece[] = [
    ...spec.nodes.map(encodeNode),
    protobuf.Writer.create()
      .uint32(graphField.name * 8 + 2)
      .string(spec.graphName)
      .finish(),
    ...spec.initializers.flatMap(encodeTensor),
    ...spec.inputs.map((value) => encodeValueInfo(value, 'input')),
    ...spec.outputs.map((value) => encodeValueInfo(value, 'output')),
    ...(spec.values ?? []).map((value) => encodeValueInfo(value, 'valueInfo')),
  ];
  const metadata = Object.entries(spec.metadata ?? {}).map(([key, value]) =>
    encodeMetadata(key, value),
  );
  const pieces = [head.finish(), ...encodeField(modelField.graph, graph), ...metadata];
  return readModel(pieceSource(pieces, spec.graphName));
}
