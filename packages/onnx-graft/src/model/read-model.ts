import * as argument from '../argument.ts';
import { GraftError } from '../error.ts';
import { identifyFile } from '../identify/identify-file.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { ByteSource } from '../wire/source.ts';
import { WireReader } from '../wire/wire-reader.ts';
import type { Attribute, Field, FunctionBody, Graph, Model, Node, Training } from './model.ts';
import { readAttribute, readGraph, readNode } from './read-graph.ts';
import { readEntry } from './read-tensor.ts';
import { sortNodes } from './sort-nodes.ts';
import { externalLocations } from './tensors.ts';

const modelField = onnx.ModelProto;
const takes = 'a source, which `bytesSource` returns,';

/**
 * Reads an ONNX model as facts over byte ranges, skipping weights.
 *
 * Errors: `NOT_ONNX` (no model in it), `CORRUPT_FILE` (with the byte), `LIMIT_EXCEEDED`.
 * Format: onnx.proto of ONNX 1.10; newer fields are kept, undecoded, in `fields`.
 *
 * @example
 * const model = readModel(bytesSource(bytes, 'net.onnx'));
 * model.graph.nodes.length;
 */
export function readModel(source: ByteSource): Model {
  argument.requireKind(source, { member: 'read', place: 'readModel', takes });
  const functions: FunctionBody[] = [];
  const training: Training[] = [];
  let graph: Graph | undefined;
  const outline = readOutline(source, (reader, field) => {
    if (field.number === modelField.graph) graph = readGraph(reader, field);
    else if (field.number === modelField.functions) functions.push(readFunction(reader, field));
    else if (field.number === modelField.trainingInfo) training.push(readTraining(reader, field));
  });
  return { ...outline, graph: graph!, functions, training };
}

/** What the outermost records of a model say. */
type Outline = Omit<Model, 'graph' | 'functions' | 'training'>;

/** Reads the outermost records; passes those that hold graphs to `visitBody`. Errors: all. */
function readOutline(
  source: ByteSource,
  visitBody: (reader: WireReader, field: Field) => void,
): Outline {
  const reader = new WireReader(source);
  let irVersion = 0;
  const producer = { name: '', version: '' };
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const fields: Field[] = [];
  let hasGraph = false;
  const visit = (field: Field): void => {
    fields.push(field);
    switch (field.number) {
      case modelField.irVersion:
        irVersion = reader.int(field);
        break;
      case modelField.producerName:
        producer.name = reader.string(field);
        break;
      case modelField.producerVersion:
        producer.version = reader.string(field);
        break;
      case modelField.graph:
        if (hasGraph) reader.fail(field.start, 'a second graph; a model has one');
        hasGraph = true;
        reader.message(field);
        visitBody(reader, field);
        break;
      case modelField.opsetImport: {
        const [domain, version] = readOpset(reader, field);
        opsets.set(domain === 'ai.onnx' ? '' : domain, version);
        break;
      }
      case modelField.metadataProps:
        metadata.set(...readEntry(reader, field));
        break;
      case modelField.functions:
      case modelField.trainingInfo:
        visitBody(reader, field);
    }
  };
  try {
    reader.fields(0, source.size, visit);
  } catch (error) {
    refuseForeign(source);
    // Without an IR version or a graph so far, nothing says that this was ever ONNX.
    const damaged = irVersion > 0 && error instanceof GraftError;
    if (damaged || (error instanceof GraftError && error.code === 'LIMIT_EXCEEDED')) throw error;
    throw new GraftError('NOT_ONNX', `${source.label}: not an ONNX model (${reason(error)}).`, {
      cause: error,
    });
  }
  if (!hasGraph) {
    refuseForeign(source);
    throw new GraftError(
      irVersion > 0 ? 'CORRUPT_FILE' : 'NOT_ONNX',
      `${source.label}: it holds no graph, expected an ONNX model.`,
    );
  }
  return { source, irVersion, producer, opsets, metadata, fields };
}

/** Errors: `NOT_ONNX`, with what the file is if its content tells. */
function refuseForeign(source: ByteSource): void {
  const kind = identifyFile(source);
  if (kind === undefined || kind.name === 'an ONNX model') return;
  throw new GraftError('NOT_ONNX', `${source.label}: not an ONNX model: ${kind.text}.`);
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^.*?: (byte)/, '$1').replace(/\.$/, '');
}

function readOpset(reader: WireReader, field: Field): [string, number] {
  reader.message(field);
  let domain = '';
  let version = 0;
  reader.fields(field.body, field.end, (part) => {
    if (part.number === onnx.OperatorSetIdProto.domain) domain = reader.string(part);
    else if (part.number === onnx.OperatorSetIdProto.version) version = reader.int(part);
  });
  return [domain, version];
}

function readFunction(reader: WireReader, field: Field): FunctionBody {
  reader.message(field);
  reader.count();
  let name = '';
  let domain = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const nodes: Node[] = [];
  const attributes: Attribute[] = [];
  const body = (graph: Field): Graph => readGraph(reader, graph, 1);
  reader.fields(field.body, field.end, (part) => {
    switch (part.number) {
      case onnx.FunctionProto.name:
        name = reader.string(part);
        break;
      case onnx.FunctionProto.domain:
        domain = reader.string(part);
        break;
      case onnx.FunctionProto.input:
        inputs.push(reader.string(part));
        break;
      case onnx.FunctionProto.output:
        outputs.push(reader.string(part));
        break;
      case onnx.FunctionProto.node:
        nodes.push(readNode(reader, part, nodes.length, body));
        break;
      case onnx.FunctionProto.attributeProto:
        attributes.push(readAttribute(reader, part, body));
    }
  });
  return { name, domain, inputs, outputs, nodes: sortNodes(nodes), attributes, field };
}

function readTraining(reader: WireReader, field: Field): Training {
  reader.message(field);
  const graphs: Graph[] = [];
  const { initialization, algorithm } = onnx.TrainingInfoProto;
  reader.fields(field.body, field.end, (part) => {
    if (part.number === initialization || part.number === algorithm)
      graphs.push(readGraph(reader, part, 1));
  });
  return { graphs, field };
}

/**
 * All bytes of a model as one array, such as for a download in a browser. In Node use `saveModel`,
 * which holds a megabyte at a time.
 *
 * @example modelBytes(grafted).length
 */
export function modelBytes(model: Model): Uint8Array {
  argument.requireModel(model, 'modelBytes');
  const { source } = model;
  return source.read(0, source.size);
}

/** Where a model's external data is. */
export type DataPlace = Pick<Model, 'external' | 'locations'>;

/** The place of the external data of an edited model to which the edit adds and from which it takes none. */
export function sameData(model: Model): DataPlace {
  return { external: model.external, locations: () => externalLocations(model) };
}

/**
 * The model of a source, read on first access: its metadata without its graphs. Most edited models
 * are only saved: reading their graph, a second time beside the host's, would be wasted.
 *
 * @example readLater(bytesSource(bytes, 'net.onnx')).metadata.get('pip_graft')
 */
export function readLater(source: ByteSource, { external, locations }: DataPlace = {}): Model {
  argument.requireKind(source, { member: 'read', place: 'readLater', takes });
  let model: Model | undefined;
  let outline: Outline | undefined;
  const read = (): Model => {
    model ??= readModel(source);
    return model;
  };
  const look = (): Outline => {
    outline ??= model ?? readOutline(source, () => {});
    return outline;
  };
  return {
    source,
    external,
    locations,
    get irVersion() {
      return look().irVersion;
    },
    get producer() {
      return look().producer;
    },
    get opsets() {
      return look().opsets;
    },
    get metadata() {
      return look().metadata;
    },
    get graph() {
      return read().graph;
    },
    get functions() {
      return read().functions;
    },
    get training() {
      return read().training;
    },
    // With the graph's own record.
    get fields() {
      return read().fields;
    },
  };
}
