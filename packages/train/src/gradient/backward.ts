import {
  type DataType,
  GraftError,
  type GraphBuilder,
  type Model,
  type Node,
  ops,
  type Shaped,
} from '@pip-graft/onnx-graft';

/** Everything the rule of a node works with. */
export interface Backward {
  readonly g: GraphBuilder;
  readonly node: Node;
  readonly model: Model;
  /** Gradient of the loss by an output; undefined where the loss does not depend on it. */
  readonly gradients: readonly (string | undefined)[];
  /** Whether the gradient by an input is asked for. */
  readonly wants: (input: number) => boolean;
  /** What is known of a value. */
  readonly shape: (value: string) => Shaped | undefined;
}

/**
 * Gradients by the inputs of a node, in their order; undefined for one that was not asked for or
 * has none.
 */
export type Rule = (at: Backward) => readonly (string | undefined)[];

/** The gradient by the only output that most operators have. */
export function gradient({ gradients, node, model }: Backward): string {
  const [first] = gradients;
  if (first !== undefined) return first;
  throw unsupported({ node, model }, 'only the gradient by its first output is known');
}

/** Sizes of a value. Errors: `UNSUPPORTED_HOST` when they are not known. */
export function dimsOf(at: Backward, value: string): readonly number[] {
  const dims = at.shape(value)?.dims;
  if (dims && !dims.some(Number.isNaN)) return dims;
  throw unsupported(at, `the shape of '${value}' is not known`);
}

export function typeOf(at: Backward, value: string): DataType {
  return at.shape(value)?.dataType ?? 'float32';
}

/** The numbers of a small integer input, as the axes of a reduction are. */
export function numbersOf(at: Backward, input: number): readonly number[] | undefined {
  const value = at.node.inputs[input];
  if (value === undefined || value === '') return undefined;
  const content = at.shape(value)?.content;
  if (content) return content;
  throw unsupported(at, `what '${value}' holds is not known`);
}

/** A number as a constant of rank 0 in a value's type. */
export function like(at: Backward, value: string, number: number): string {
  return at.g.scalar(number, typeOf(at, value));
}

/** A gradient summed over the axes along which a value was repeated. */
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

/** An axis counted from the front. */
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
