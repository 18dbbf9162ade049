import type { ByteSource } from '../wire/source.ts';
import type { DataType } from './data-type.ts';

/** A protobuf field in a file: `start` is its tag's first byte, `body` its payload's. */
export interface Field {
  readonly number: number;
  readonly wireType: number;
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/** An ONNX model as graph facts over byte ranges of its source, decoded only as needed. */
export interface Model {
  readonly source: ByteSource;
  readonly irVersion: number;
  readonly producer: { readonly name: string; readonly version: string };
  /** Operator set versions by domain; '' is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: Graph;
  readonly functions: readonly FunctionBody[];
  readonly training: readonly Training[];
  /** The top-level fields in file order. */
  readonly fields: readonly Field[];
  /** Location of its external data; undefined if the model came without its files. */
  readonly external?: ExternalData | undefined;
  /** Locations of its external data, of an edit that adds none: its graph need not be read for them. */
  readonly locations?: (() => ReadonlySet<string>) | undefined;
}

/** The files that hold a model's external data. */
export interface ExternalData {
  /** The folder that locations are relative to. */
  readonly folder: string;
  /** A data file, by its location as the model writes it. */
  readonly read: (location: string) => ByteSource;
  /** Throws `READ_FAILED` if a data file changed since the model was opened. */
  readonly verify?: (() => void) | undefined;
}

/** A graph, the main one or the body of an If, Loop or Scan. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly sparseInitializers: readonly SparseTensor[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly valueInfos: readonly ValueInfo[];
  /** Position of the graph's message, and its fields in file order. */
  readonly field: Field;
  readonly fields: readonly Field[];
}

/** A model-local function. */
export interface FunctionBody {
  readonly name: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Node[];
  /** Attributes with a default. */
  readonly attributes: readonly Attribute[];
  readonly field: Field;
}

/** A TrainingInfoProto: graphs that initialise weights and improve them. */
export interface Training {
  readonly graphs: readonly Graph[];
  readonly field: Field;
}

/** A node. Attributes are located when the model is read, and decoded on demand. */
export interface Node {
  /** Position among its graph's nodes in topological order, whatever the file's order. */
  readonly index: number;
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Bodies of control-flow attributes. */
  readonly subgraphs: readonly Graph[];
  readonly field: Field;
}

/** An attribute's value. Tensors stay where they are; see {@link Tensor}. */
export interface Attribute {
  readonly name: string;
  readonly field: Field;
  readonly int?: number;
  readonly float?: number;
  readonly string?: string;
  readonly ints?: readonly number[];
  readonly floats?: readonly number[];
  readonly strings?: readonly string[];
  readonly tensor?: Tensor;
  /** All its tensors: `tensor`, and those of a list. */
  readonly tensors?: readonly Tensor[];
  readonly sparseTensors?: readonly SparseTensor[];
  readonly graphs?: readonly Graph[];
}

/** A tensor's header, and the location of its elements. */
export interface Tensor {
  readonly name: string;
  /** undefined if the file uses a type newer than this version knows. */
  readonly dataType: DataType | undefined;
  readonly dims: readonly number[];
  readonly data: TensorData;
  readonly field: Field;
}

/** A tensor stored as its nonzero elements and their positions. */
export interface SparseTensor {
  /** The name of its values. */
  readonly name: string;
  readonly dataType: DataType | undefined;
  /** Shape of the dense tensor. */
  readonly dims: readonly number[];
  /** Values, then indices. */
  readonly tensors: readonly Tensor[];
  readonly field: Field;
}

export type TensorData =
  /** `raw_data`: little-endian bytes at [start, end) of the model's source. */
  | { readonly kind: 'raw'; readonly start: number; readonly end: number }
  /** A typed repeated field (float_data, int64_data, …), possibly in several pieces. */
  | { readonly kind: 'typed'; readonly fields: readonly Field[] }
  /** Another file, relative to the model's folder. Without `length` it runs to the file's end. */
  | {
      readonly kind: 'external';
      readonly location: string;
      readonly offset: number;
      readonly length: number | undefined;
    };

/** A graph input, output or annotated value. Dimension: number, symbol, or null if unknown. */
export interface ValueInfo {
  readonly name: string;
  readonly dataType: DataType | undefined;
  /** undefined if the rank is unknown. */
  readonly dims: readonly (number | string | null)[] | undefined;
  readonly field: Field;
}
