import { buildModel, exposeValues, type GraphBuilder } from '@pip-graft/onnx-graft';
import { asBits } from '@pip-graft/test-utils';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** A value fed to or read from a tiny model. float16 is given as its bits. */
export interface Value {
  readonly dims: readonly number[];
  readonly values: readonly number[];
  readonly type?: 'float32' | 'float16' | 'int64';
}

/**
 * Runs the builder's graph on onnxruntime's CPU, unoptimised, so that every node runs as written.
 */
export async function runFragment(
  g: GraphBuilder,
  inputs: Readonly<Record<string, Value>>,
  outputs: readonly string[],
): Promise<Value[]> {
  const model = exposeValues(
    buildModel({
      irVersion: 8,
      opset: g.opset,
      graphName: 'test',
      producer: { name: 'test', version: '0' },
      ...g.fragment(),
      inputs: Object.entries(inputs).map(([name, { type = 'float32', dims }]) => ({
        name,
        dataType: type,
        dims: dims.map((_, axis) => `${name}${axis}`),
      })),
      outputs: [],
    }),
    outputs,
  );
  const session = await InferenceSession.create(model.source.read(0, model.source.size), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const feeds = Object.entries(inputs).map(([name, value]) => [name, toTensor(value)] as const);
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return outputs.map((name) => fromTensor(results[name]!));
}

/**
 * A value of the given shape counting up from `from` in steps: all distinct, so that order shows.
 */
export function counting(dims: readonly number[], from = 0, step = 1): Value {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { dims, values: Array.from({ length: count }, (_, index) => from + step * index) };
}

/** A value of the given shape with uneven numbers from about -2 to 2. */
export function wavy(dims: readonly number[], phase = 0): Value {
  const { values } = counting(dims);
  return { dims, values: values.map((i) => 2 * Math.sin(1.7 * i + phase) + 0.1 * Math.cos(i * i)) };
}

function toTensor({ type = 'float32', values, dims }: Value): Tensor {
  if (type === 'int64') return new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
  if (type === 'float16') return asBits(new Tensor('float16', Uint16Array.from(values), dims));
  return new Tensor('float32', Float32Array.from(values), dims);
}

function fromTensor(tensor: Tensor): Value {
  const values = Array.from(asBits(tensor).data as ArrayLike<number | bigint>, Number);
  const type = tensor.type as NonNullable<Value['type']>;
  return { dims: [...tensor.dims], values, type };
}
