import type { Graph } from '../model/model.ts';

/** Result of one check of a model. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly code: FindingCode;
  /** The node, value or tensor, and the graph if it is not the main one. */
  readonly place: string;
  readonly message: string;
}

/** Every code a {@link Finding} can carry. */
export type FindingCode =
  /** A node reads a value that nothing in its scope makes. */
  | 'UNRESOLVED_INPUT'
  /** A node comes before one whose output it reads. */
  | 'NOT_SORTED'
  /** Nodes read each other's outputs in a cycle. */
  | 'CYCLE'
  /** Two nodes, or a node and an input or initializer, make the same value. */
  | 'DUPLICATE_VALUE'
  /** A body reuses the name of an outer value, which ONNX forbids and runtimes allow. */
  | 'SHADOWED_VALUE'
  | 'DUPLICATE_INITIALIZER'
  /** A key of the metadata that is there twice: onnx's checker rejects it, onnxruntime takes the last. */
  | 'DUPLICATE_METADATA'
  /** onnx's checker accepts it, and onnxruntime does not. */
  | 'DUPLICATE_NODE_NAME'
  /** A graph output that nothing makes. */
  | 'MISSING_OUTPUT'
  | 'NO_INPUTS'
  | 'NO_OUTPUTS'
  /** A node of a domain that the model does not import. */
  | 'MISSING_OPSET'
  /** A tensor whose data is not as long as its type and dimensions say. */
  | 'WRONG_LENGTH'
  /** Before IR version 4 every initializer had to be listed as an input. */
  | 'INITIALIZER_NOT_INPUT'
  /** Bytes in a name that are not UTF-8: onnxruntime accepts them, Python and browsers do not. */
  | 'NOT_UTF8'
  /** A tensor that holds NaN or infinity. */
  | 'NOT_FINITE'
  /** A node without any output, or without an operator. */
  | 'EMPTY_NODE';

/** Names that a node can read: those of its graph, and of the graphs around it. */
export interface Scope {
  readonly names: ReadonlySet<string>;
  readonly outer: Scope | undefined;
}

/** Whether a name can be read in a scope. */
export function isVisible(scope: Scope | undefined, name: string): boolean {
  for (let at = scope; at !== undefined; at = at.outer) if (at.names.has(name)) return true;
  return false;
}

/** The names a graph defines before its nodes run: inputs and initializers. */
export function givenNames(graph: Graph): Set<string> {
  return new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.map(({ name }) => name),
    ...graph.sparseInitializers.map(({ name }) => name),
  ]);
}

/** Collects findings. */
export class Findings {
  readonly list: Finding[] = [];

  error(code: FindingCode, place: string, message: string): void {
    this.list.push({ severity: 'error', code, place, message });
  }

  warn(code: FindingCode, place: string, message: string): void {
    this.list.push({ severity: 'warning', code, place, message });
  }
}
