import { buildModel, type DataType, type GraphBuilder, type Model } from '@pip-graft/onnx-graft';

type Dims = readonly (number | string | null)[];

/** A model of a builder's graph. */
export function modelOf(
  g: GraphBuilder,
  inputs: Readonly<Record<string, Dims>>,
  outputs: readonly string[],
  options: {
    readonly types?: Readonly<Record<string, DataType>>;
    readonly opsets?: Record<string, number>;
  } = {},
): Model {
  return buildModel({
    irVersion: 8,
    opset: g.opset,
    ...(options.opsets && { opsets: options.opsets }),
    graphName: 'test',
    producer: { name: 'test', version: '0' },
    ...g.fragment(),
    inputs: Object.entries(inputs).map(([name, dims]) => ({
      name,
      dims,
      dataType: options.types?.[name] ?? 'float32',
    })),
    outputs: outputs.map((name) => ({ name, dataType: 'float32', dims: [] })),
  });
}

/** A weight of zeros. */
export function zeros(g: GraphBuilder, dims: readonly number[], name = 'weight'): string {
  const count = dims.reduce((product, size) => product * size, 1);
  return g.tensor(name, 'float32', dims, new Uint8Array(4 * count));
}
