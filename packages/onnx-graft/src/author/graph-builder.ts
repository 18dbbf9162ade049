import { NameScope } from '../edit/name-scope.ts';
import { GraftError } from '../error.ts';
import type { DataType } from '../model/data-type.ts';
import { numberBytes } from '../number/number-bytes.ts';
import type {
  AttributeSpec,
  Fragment,
  NodeSpec,
  TensorBytes,
  TensorSpec,
  ValueSpec,
} from './spec.ts';

/** ONNX operator sets that the builder's ops are written for. */
export const builderOpsets = { lowest: 11, highest: 23 } as const;

/** Source of unused names, such as `NameScope`. */
export interface NameSource {
  take(wanted: string): string;
}

/** Options of a {@link GraphBuilder}. */
export interface GraphBuilderOptions {
  /** ONNX operator set of the model that the nodes go into, 11 to 23. */
  readonly opset: number;
  /** Prefix of every name, followed by a slash. */
  readonly prefix?: string | undefined;
  /** Source of names; by default only this builder's own names are avoided. */
  readonly taken?: NameSource | undefined;
}

/** Options of {@link GraphBuilder.node}. */
export interface NodeOptions {
  /** Name below the builder's prefix; by default the operator. */
  readonly name?: string | undefined;
  /** Number of outputs, or their exact names. Default: 1. */
  readonly outputs?: number | readonly string[] | undefined;
  /** '' is ONNX's own domain, the default. */
  readonly domain?: string | undefined;
}

/**
 * Collects nodes and constants under one prefix, in call order, which is topological if every input
 * exists before its reader. Names are deterministic: a taken name gets a number. The whole builder
 * shares small constants, scopes included.
 *
 * Errors: `UNSUPPORTED_HOST` for an operator set outside {@link builderOpsets}.
 *
 * @example
 * const g = new GraphBuilder({ opset: 17, prefix: 'pip' });
 * const doubled = ops.mul(g, 'x', g.scalar(2, 'float32'));
 * const { nodes, initializers } = g.fragment();
 */
export class GraphBuilder {
  readonly opset: number;
  readonly prefix: string;
  #parts: Parts;

  constructor(options: GraphBuilderOptions) {
    if (options.opset < builderOpsets.lowest || options.opset > builderOpsets.highest) {
      throw new GraftError(
        'UNSUPPORTED_HOST',
        `Operator set ${options.opset}: nodes can be written for ${builderOpsets.lowest} to ${builderOpsets.highest}; convert the model to one of these.`,
      );
    }
    this.opset = options.opset;
    this.prefix = options.prefix ?? '';
    this.#parts = {
      root: this.prefix,
      names: options.taken ?? new NameScope(),
      nodes: [],
      initializers: [],
      values: [],
      constants: new Map(),
    };
  }

  /** A builder that adds to the same lists under a deeper prefix. @example g.scope('attn') */
  scope(name: string): GraphBuilder {
    const inner = new GraphBuilder({ opset: this.opset, prefix: join(this.prefix, name) });
    inner.#parts = this.#parts;
    return inner;
  }

  /** Adds a node and returns the names of its outputs. @example g.node('Add', [a, b])[0] */
  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeSpec>> = {},
    options: NodeOptions = {},
  ): string[] {
    const name = this.#take(options.name ?? opType);
    const { outputs = 1 } = options;
    const values =
      typeof outputs === 'number'
        ? Array.from({ length: outputs }, (_, index) =>
            this.#parts.names.take(`${name}_output_${index}`),
          )
        : [...outputs];
    const domain = options.domain ?? '';
    const node: NodeSpec = {
      name,
      opType,
      domain,
      inputs: trimmed(inputs),
      outputs: values,
      attributes,
    };
    this.#parts.nodes.push(node);
    return values;
  }

  /** Adds an initializer and returns its name; its bytes may be made later, while writing. */
  tensor(name: string, dataType: DataType, dims: readonly number[], data: TensorBytes): string {
    const taken = this.#take(name);
    this.#parts.initializers.push({ name: taken, dataType, dims: [...dims], data });
    return taken;
  }

  /** An int64 vector, shared. @example ops.reshape(g, x, g.ints([0, -1])) */
  ints(values: readonly number[]): string {
    return this.#constant(values, [values.length], 'int64');
  }

  /** A shared scalar of rank 0. */
  scalar(value: number, dataType: DataType): string {
    return this.#constant([value], [], dataType);
  }

  /** A small shared tensor of numbers; a vector unless `dims` says otherwise. */
  floats(
    values: readonly number[],
    dims: readonly number[] = [values.length],
    dataType: DataType = 'float32',
  ): string {
    return this.#constant(values, dims, dataType);
  }

  /**
   * Declares the shape of a value and returns the value. Worth it where inference gives up, as on
   * the size of a convolution's output: two values with the same symbols share memory, and
   * onnxruntime loads a graph of thousands of nodes several times faster.
   */
  describe(value: string, dataType: DataType, dims: ValueSpec['dims']): string {
    this.#parts.values.push({ name: value, dataType, dims: [...dims] });
    return value;
  }

  /** Everything added so far through this builder and all its scopes. */
  fragment(): Fragment {
    const { nodes, initializers, values } = this.#parts;
    return { nodes: [...nodes], initializers: [...initializers], values: [...values] };
  }

  #take(name: string): string {
    return this.#parts.names.take(join(this.prefix, name));
  }

  #constant(values: readonly number[], dims: readonly number[], dataType: DataType): string {
    const parts = this.#parts;
    const key = `${dataType}:${dims.join('x')}:${values.map((v) => (Object.is(v, -0) ? '-0' : v)).join(',')}`;
    let name = parts.constants.get(key);
    if (name === undefined) {
      const wanted = join(parts.root, `const/${constantName(values, dims, dataType)}`);
      name = parts.names.take(wanted);
      const data = numberBytes(values, dataType);
      parts.initializers.push({ name, dataType, dims: [...dims], data });
      parts.constants.set(key, name);
    }
    return name;
  }
}

interface Parts {
  readonly root: string;
  readonly names: NameSource;
  readonly nodes: NodeSpec[];
  readonly initializers: TensorSpec[];
  readonly values: ValueSpec[];
  readonly constants: Map<string, string>;
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Omitted trailing inputs are dropped: some runtimes count them. */
function trimmed(inputs: readonly string[]): string[] {
  let length = inputs.length;
  while (length > 0 && inputs[length - 1] === '') length -= 1;
  return inputs.slice(0, length);
}

function constantName(
  values: readonly number[],
  dims: readonly number[],
  dataType: DataType,
): string {
  const spelled = values.length <= 8 ? values.join('_') : `${dims.join('x')}`;
  return `${dataType}_${dims.length === 0 ? 'scalar_' : ''}${spelled}`;
}
