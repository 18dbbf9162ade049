import {
  type AttributeSpec,
  buildModel,
  type DataType,
  type Model,
  type ValueSpec,
} from '@pip-graft/onnx-graft';
import { numberBytes } from '../../src/number/number-bytes.ts';

/** A small model as text. Weights are float32 by default. */
export interface Lines {
  /** `Op a b -> c`, with `_` for an omitted input. */
  readonly nodes: readonly (string | readonly [string, Readonly<Record<string, AttributeSpec>>])[];
  readonly weights?: Readonly<Record<string, readonly number[] | Weight>>;
  /** Default: one image `x`. */
  readonly inputs?: readonly ValueSpec[];
  /** Default: one float32 value of free size, `y`. */
  readonly outputs?: readonly ValueSpec[];
  readonly values?: readonly ValueSpec[];
  readonly opset?: number;
  readonly irVersion?: number;
  readonly opsets?: Readonly<Record<string, number>>;
}

interface Weight {
  readonly dims: readonly number[];
  readonly values: readonly number[];
  readonly type?: DataType;
}

export const image: ValueSpec = { name: 'x', dataType: 'float32', dims: [1, 2, 'h', 'w'] };
export const result: ValueSpec = { name: 'y', dataType: 'float32', dims: [1, 2, null, null] };

export function modelOfLines(lines: Lines): Model {
  return buildModel({
    irVersion: lines.irVersion ?? 8,
    opset: lines.opset ?? 17,
    ...(lines.opsets && { opsets: lines.opsets }),
    producer: { name: 'test', version: '0' },
    graphName: 'test',
    nodes: lines.nodes.map((line, index) => {
      const [text, attributes] = typeof line === 'string' ? [line, {}] : line;
      const [left, right] = text.split(' -> ');
      const [op, ...inputs] = left!.split(' ');
      const [domain, opType] = op!.includes(':') ? op!.split(':') : ['', op];
      return {
        name: `n${index}`,
        opType: opType!,
        domain: domain!,
        attributes,
        inputs: inputs.map((name) => (name === '_' ? '' : name)),
        outputs: right!.split(' '),
      };
    }),
    initializers: Object.entries(lines.weights ?? {}).map(([name, given]) => {
      const weight: Weight = 'dims' in given ? given : { dims: [given.length], values: given };
      const { dims, values, type = 'float32' } = weight;
      return { name, dims, dataType: type, data: numberBytes(values, type) };
    }),
    inputs: lines.inputs ?? [image],
    outputs: lines.outputs ?? [result],
    ...(lines.values && { values: lines.values }),
  });
}

/** The nodes of a model as lines, and the types of its initializers. */
export function linesOf({ graph }: Model): { nodes: string[]; weights: Record<string, string> } {
  return {
    nodes: graph.nodes.map(
      ({ opType, inputs, outputs }) =>
        `${opType} ${inputs.map((name) => name || '_').join(' ')} -> ${outputs.join(' ')}`,
    ),
    weights: Object.fromEntries(graph.initializers.map(({ name, dataType }) => [name, dataType!])),
  };
}

/** Uneven weights of a 1x1 convolution over two channels. */
export const kernel: Weight = { dims: [2, 2, 1, 1], values: [0.3, -0.7, 1.1, 0.2] };
