import {
  type DataType,
  GraftError,
  type GraphBuilder,
  type Model,
  type Node,
  ops,
  type Shaped,
} from '@pip-graft/onnx-graft';

/** Input of a node's rule. */
export interface Backward {
  readonly g: GraphBuilder;
  readonly node: Node;
  readonly model: Model;
  /** Gradient of the loss by each output; undefined if the loss does not depend on it. */
  readonly gradients: readonly (string | undefined)[];
  /** Whether the gradient by an input is needed. */
  readonly wants: (input: number) => boolean;
  /** Type, shape and content of a value, as far as known. */
  readonly shape: (value: string) => Shaped | undefined;
}

/**
 * Returns gradients by the inputs of a node, in their order; undefined for one that is not needed
 * or has none.
 */
export type Rule = (at: Backward) => readonly (string | undefined)[];

/** Returns the gradient by the first output, the only one of most operators. */
export function gradient({ gradients, node, model }: Backward): string {
  const [first] = gradients;
  if (first !== undefined) return first;
  throw unsupported({ node, model }, 'only the gradient through its first output is known');
}

/** Returns the sizes of a value. Errors: `UNSUPPORTED_HOST` if they are unknown. */
export function dimsOf(at: Backward, value: string): readonly number[] {
  const dims = at.shape(value)?.dims;
  if (dims && !dims.some(Number.isNaN)) return dims;
  throw unsupported(at, `the shape of '${value}' is not known`);
}

export function typeOf(at: Backward, value: string): DataType {
  return at.shape(value)?.dataType ?? 'float32';
}

/** Returns the numbers in a small integer input, such as the axes of a reduction. */
export function numbersOf(at: Backward, input: number): readonly number[] | undefined {
  const value = at.node.inputs[input];
  if (value === undefined || value === '') return undefined;
  const content = at.shape(value)?.content;
  if (content) return content;
  throw unsupported(at, `what '${value}' holds is not known`);
}

/** Makes a constant of rank 0 in a value's type. */
export function like(at: Backward, value: string, number: number): string {
  return at.g.scalar(number, typeOf(at, value));
}

/** Sums a gradient over the axes along which a value was broadcast. */
export function unbroadcast(
  at: Backward,
  value: string,
  from: readonly number[],
  to: readonly number[],
): string {
  const lead = from.length - to.length;
  const axes = from.flatMap((size, axis) =>
    axis < lead || (to[axis - lead] === 1 && size !== 1) ? [axis] : [],
  );
  const summed = axes.length === 0 ? value : ops.reduceSum(at.g, value, axes);
  return lead === 0 ? summed : ops.reshape(at.g, summed, [...to]);
}

/** Converts an axis to one counted from the front. */
export function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

export function unsupported(
  { node, model }: Pick<Backward, 'node' | 'model'>,
  why: string,
): GraftError {
  const name = node.name === '' ? `number ${node.index}` : `'${node.name}'`;
  return new GraftError(
    'UNSUPPORTED_HOST',
    `${model.source.label}: node ${name} (${node.domain === '' ? '' : `${node.domain}.`}${node.opType}): ${why}, so no gradient can be made through it.`,
  );
}
