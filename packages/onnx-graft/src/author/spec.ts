import type { DataType } from '../model/data-type.ts';

/** Attribute of an authored node; the ONNX type follows the form. */
export type AttributeSpec =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: TensorSpec };

/** A node to write. Empty input names are omitted optional inputs. */
export interface NodeSpec {
  readonly name: string;
  readonly opType: string;
  /** '' is the ONNX domain. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeSpec>>;
}

/** A tensor to write, as little-endian raw data. */
export interface TensorSpec {
  readonly name: string;
  readonly dataType: DataType;
  readonly dims: readonly number[];
  readonly data: TensorBytes;
}

/** Bytes, or a function that makes them while writing, so that a large model never fills memory. */
export type TensorBytes =
  | Uint8Array
  | { readonly byteLength: number; readonly load: () => Uint8Array };

/** A graph input or output to write; a string dimension is symbolic, null is unknown. */
export interface ValueSpec {
  readonly name: string;
  readonly dataType: DataType;
  readonly dims: readonly (number | string | null)[];
}

/** Detached nodes with open inputs and outputs: what a graft adds in one place. */
export interface Fragment {
  readonly nodes: readonly NodeSpec[];
  readonly initializers: readonly TensorSpec[];
  /** Shapes of inner values, where the author knows more than a runtime can infer. */
  readonly values?: readonly ValueSpec[];
}
