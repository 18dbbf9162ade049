import {
  buildModel,
  bytesSource,
  checkModel,
  convertPrecision,
  GraftError,
  type Model,
  NameScope,
  readModel,
  readTensor,
} from '@pip-graft/onnx-graft';
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { numberBytes } from '../../src/number/number-bytes.ts';
import { image, kernel, type Lines, linesOf, modelOfLines, result } from './lines.ts';

const { onnx } = onnxProto;
const bytesOf = (model: Model) => model.source.read(0, model.source.size);
const converted = (lines: Lines) => {
  const model = convertPrecision(modelOfLines(lines));
  expect(checkModel(model).filter(({ severity }) => severity === 'error')).toEqual([]);
  return model;
};
const errorOf = (run: () => unknown): GraftError => {
  try {
    run();
  } catch (error) {
    if (error instanceof GraftError) return error;
  }
  throw new Error('nothing was refused');
};
const int = (name: string, values: readonly number[]) => ({
  [name]: { dims: [values.length], values, type: 'int64' as const },
});
const perm = { perm: { ints: [0, 1, 3, 2] } };

/** Runs a model of one image on onnxruntime as written. */
async function run(model: Model, side = 4): Promise<number[]> {
  const session = await InferenceSession.create(bytesOf(model), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const values = Float32Array.from({ length: 2 * side * side }, (_, i) => Math.sin(i) / 2 + 0.5);
  const results = await session.run({ x: new Tensor(values, [1, 2, side, side]) });
  await session.release();
  expect(results['y']!.type).toBe('float32');
  return Array.from(results['y']!.data as Float32Array);
}

async function difference(lines: Lines): Promise<number> {
  const [a, b] = [await run(modelOfLines(lines)), await run(converted(lines))];
  expect(b).toHaveLength(a.length);
  return Math.max(...a.map((value, at) => Math.abs(value - b[at]!)));
}

describe('layers', () => {
  const layers: Lines = {
    nodes: ['Conv x k b -> a', 'Relu a -> r', 'Conv r k -> y'],
    weights: { k: kernel, b: [0.1, -0.2] },
    values: [{ name: 'r', dataType: 'float32', dims: [1, 2, 'h', 'w'] }],
  };

  it('compute in float16, with inputs and outputs of their original type', async () => {
    const model = converted(layers);
    expect(linesOf(model)).toEqual({
      nodes: [
        'Cast x -> x/float16',
        'Conv x/float16 k b -> a',
        'Relu a -> r',
        'Conv r k -> y/float16',
        'Cast y/float16 -> y',
      ],
      weights: { k: 'float16', b: 'float16' },
    });
    expect(model.graph.inputs[0]!.dataType).toBe('float32');
    expect(model.graph.outputs[0]!.dataType).toBe('float32');
    expect(
      model.graph.valueInfos.map(({ name, dataType, dims }) => [name, dataType, dims]),
    ).toEqual([['r', 'float16', [1, 2, 'h', 'w']]]);
    const wrong = await difference(layers);
    expect(wrong).toBeGreaterThan(0);
    expect(wrong).toBeLessThan(2e-3);
  });

  it('round their weights to nearest even', () => {
    const [k] = converted(layers).graph.initializers;
    const model = converted(layers);
    expect([...readTensor(model, k!)]).toEqual([...numberBytes(kernel.values, 'float16')]);
  });

  it('have the same bytes twice, and again when read from the file', () => {
    const once = bytesOf(converted(layers));
    expect(bytesOf(converted(layers))).toEqual(once);
    expect(bytesOf(readModel(bytesSource(once)))).toEqual(once);
  });

  it('share one Cast of a value among all readers', () => {
    const { nodes } = linesOf(
      converted({
        nodes: ['Conv x k -> a', 'Conv x k -> b', 'Exp a -> c', 'Log a -> d', 'Sum b c d -> y'],
        weights: { k: kernel },
      }),
    );
    expect(nodes.filter((line) => line.startsWith('Cast'))).toEqual([
      'Cast x -> x/float16',
      'Cast a -> a/float32',
      'Cast b -> b/float32',
    ]);
  });

  it('get unused names', () => {
    const { nodes } = linesOf(
      converted({
        nodes: ['Conv x k -> x/float16', 'Conv x/float16 k -> y'],
        weights: { k: kernel },
      }),
    );
    expect(nodes[0]).toBe('Cast x -> x/float16_2');
    const model = converted({ ...layers });
    const names = model.graph.nodes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new NameScope(model).has('x/to_float16')).toBe(true);
  });
});

describe('norms', () => {
  const norm: Lines = {
    nodes: [
      'Conv x k -> a',
      ['ReduceMean a -> m', { axes: { ints: [1] } }],
      'Sub a m -> c',
      'Mul c c -> s',
      ['ReduceMean s -> v', { axes: { ints: [1] } }],
      'Add v eps -> e',
      'Sqrt e -> d',
      'Div c d -> n',
      'Mul n g -> scaled',
      ['Transpose scaled -> t', perm],
      'Conv t k -> y',
    ],
    weights: { k: kernel, eps: [1e-6], g: { dims: [1, 2, 1, 1], values: [1, 0.5] } },
  };

  it('written out in parts stay float32 up to the next layer', async () => {
    const { nodes, weights } = linesOf(converted(norm));
    expect(nodes).toEqual([
      'Cast x -> x/float16',
      'Conv x/float16 k -> a',
      'Cast a -> a/float32',
      'ReduceMean a/float32 -> m',
      'Sub a/float32 m -> c',
      'Mul c c -> s',
      'ReduceMean s -> v',
      'Add v eps -> e',
      'Sqrt e -> d',
      'Div c d -> n',
      'Mul n g -> scaled',
      'Cast scaled -> scaled/float16',
      'Transpose scaled/float16 -> t',
      'Conv t k -> y/float16',
      'Cast y/float16 -> y',
    ]);
    expect(weights).toEqual({ k: 'float16', eps: 'float32', g: 'float32' });
    expect(await difference(norm)).toBeLessThan(5e-3);
  });

  it('written as one operator stay float32, with their parameters', () => {
    const { nodes, weights } = linesOf(
      converted({
        nodes: [
          'Conv x k -> a',
          'InstanceNormalization a g b -> n',
          'Add n a -> s',
          'Conv s k -> y',
        ],
        weights: { k: kernel, g: [1, 2], b: [0, 1] },
      }),
    );
    expect(nodes.slice(2, 6)).toEqual([
      'Cast a -> a/float32',
      'InstanceNormalization a/float32 g b -> n',
      'Cast n -> n/float16',
      'Add n/float16 a -> s',
    ]);
    expect(weights).toEqual({ k: 'float16', g: 'float32', b: 'float32' });
  });

  it('keep statistics in float32 through shapes, and parameters shared with a layer in both types', () => {
    const { nodes, weights } = linesOf(
      converted({
        nodes: [
          'Conv x k g -> a',
          ['ReduceL2 a -> l', { axes: { ints: [2, 3] }, keepdims: { int: 0 } }],
          'Unsqueeze l axes -> u',
          'Div a u -> n',
          'Mul n scale -> q',
          'Conv q k g -> z',
          'Mul z scale -> y',
        ],
        weights: {
          k: kernel,
          g: [1, 2],
          scale: { dims: [1, 2, 1, 1], values: [3, 4] },
          ...int('axes', [2, 3]),
        },
      }),
    );
    expect(nodes.slice(3, 7)).toEqual([
      'ReduceL2 a/float32 -> l',
      'Unsqueeze l axes -> u',
      'Div a/float32 u -> n',
      'Mul n scale -> q',
    ]);
    expect(nodes).toContain('Mul z scale/float16 -> y/float16');
    expect(weights).toEqual({
      k: 'float16',
      g: 'float16',
      scale: 'float32',
      axes: 'int64',
      'scale/float16': 'float16',
    });
  });
});

describe('numbers that do not fit into float16', () => {
  it.each([1e-12, 1e-5, 7e4, -3.4e38])('%f stays float32 with its reader and what follows', (v) => {
    const lines: Lines = {
      nodes: ['Conv x k -> a', 'Max a v -> m', 'Mul m two -> p', 'Conv p k -> y'],
      weights: { k: kernel, v: [v], two: [2] },
    };
    expect(linesOf(converted(lines)).nodes.slice(2, 6)).toEqual([
      'Cast a -> a/float32',
      'Max a/float32 v -> m',
      'Mul m two -> p',
      'Cast p -> p/float16',
    ]);
    expect(linesOf(converted(lines)).weights['v']).toBe('float32');
  });

  it.each([0, 2 ** -14, 65504, Number.NEGATIVE_INFINITY])('but %f fits', (v) => {
    const lines: Lines = {
      nodes: ['Conv x k -> a', 'Max a v -> m', 'Conv m k -> y'],
      weights: { k: kernel, v: [v] },
    };
    expect(linesOf(converted(lines)).weights['v']).toBe('float16');
  });

  it('a small weight next to larger ones is not an epsilon', () => {
    const k = { ...kernel, values: [1e-9, 1, 0.5, 0] };
    expect(linesOf(converted({ nodes: ['Conv x k -> y'], weights: { k } })).weights).toEqual({
      k: 'float16',
    });
  });
});

describe('attention', () => {
  it('has scores and softmax in float32, and the product with the values in float16', async () => {
    const attention: Lines = {
      nodes: [
        'Conv x k -> q',
        'Conv x v -> v0',
        ['Transpose q -> t', perm],
        'MatMul q t -> s',
        'Mul s temperature -> z',
        'Softmax z -> p',
        'MatMul p v0 -> o',
        'Conv o k -> y',
      ],
      weights: { k: kernel, v: kernel, temperature: [0.5] },
    };
    const { nodes, weights } = linesOf(converted(attention));
    expect(nodes.slice(1, 10)).toEqual([
      'Conv x/float16 k -> q',
      'Cast q -> q/float32',
      'Conv x/float16 v -> v0',
      'Transpose q/float32 -> t',
      'MatMul q/float32 t -> s',
      'Mul s temperature -> z',
      'Softmax z -> p',
      'Cast p -> p/float16',
      'MatMul p/float16 v0 -> o',
    ]);
    expect(weights).toEqual({ k: 'float16', v: 'float16', temperature: 'float32' });
    expect(await difference(attention)).toBeLessThan(2e-3);
  });

  it('multiplies in float32 if the result is divided by its lengths later', () => {
    const { nodes } = linesOf(
      converted({
        nodes: [
          'Conv x k -> q',
          ['ReduceL2 q -> l', { axes: { ints: [3] } }],
          ['Transpose l -> lt', perm],
          'MatMul l lt -> ll',
          'Clip ll eps -> c',
          ['Transpose q -> t', perm],
          'MatMul q t -> s',
          'Div s c -> d',
          'Conv d k -> y',
        ],
        weights: { k: kernel, eps: { dims: [], values: [1e-24] } },
      }),
    );
    expect(nodes).toContain('Transpose l -> lt');
    expect(nodes).toContain('MatMul l lt -> ll');
    expect(nodes).toContain('MatMul q/float32 t -> s');
    expect(nodes).toContain('Div s c -> d');
  });

  it('keeps a layer before a softmax in float16', () => {
    const { nodes } = linesOf(
      converted({ nodes: ['Conv x k -> a', 'Softmax a -> y'], weights: { k: kernel } }),
    );
    expect(nodes).toEqual([
      'Cast x -> x/float16',
      'Conv x/float16 k -> a',
      'Cast a -> a/float32',
      'Softmax a/float32 -> y',
    ]);
  });
});

describe('the image residual', () => {
  const padding = int('pads', [0, 0, 0, 0, 0, 0, 1, 1]);
  const crop = { ...int('from', [0]), ...int('to', [-1]), ...int('axis', [2]) };

  it('is added, cropped and clipped in float32, and the image is padded once', async () => {
    const lines: Lines = {
      nodes: [
        'Pad x pads -> p',
        'Conv p k -> a',
        'Add a p -> s',
        'Slice s from to axis -> c',
        'Clip c low high -> y',
      ],
      weights: {
        k: kernel,
        low: { dims: [], values: [0] },
        high: { dims: [], values: [1] },
        ...padding,
        ...crop,
      },
    };
    const { nodes, weights } = linesOf(converted(lines));
    expect(nodes).toEqual([
      'Pad x pads -> p',
      'Cast p -> p/float16',
      'Conv p/float16 k -> a',
      'Cast a -> a/float32',
      'Add a/float32 p -> s',
      'Slice s from to axis -> c',
      'Clip c low high -> y',
    ]);
    expect(weights).toMatchObject({ k: 'float16', low: 'float32', high: 'float32' });
    expect(await difference(lines)).toBeLessThan(1e-3);
  });

  it('may be subtracted from the image and scaled back', () => {
    const { nodes } = linesOf(
      converted({
        nodes: ['Mul x s -> i', 'Conv i k -> a', 'Sub i a -> d', 'Div d s -> y'],
        weights: { k: kernel, s: [2] },
      }),
    );
    expect(nodes).toEqual([
      'Mul x s -> i',
      'Cast i -> i/float16',
      'Conv i/float16 k -> a',
      'Cast a -> a/float32',
      'Sub i a/float32 -> d',
      'Div d s -> y',
    ]);
  });

  it('does not include other additions', () => {
    const { nodes } = linesOf(
      converted({
        nodes: ['Conv x k -> a', 'Conv a k -> b', 'Add a b -> y'],
        weights: { k: kernel },
      }),
    );
    expect(nodes.slice(-2)).toEqual(['Add a b -> y/float16', 'Cast y/float16 -> y']);
  });

  it('pads an image in float16 if only layers read it', () => {
    const { nodes } = linesOf(
      converted({
        nodes: ['Pad x pads -> p', 'Conv p k -> y'],
        weights: { k: kernel, ...padding },
      }),
    );
    expect(nodes.slice(0, 2)).toEqual(['Cast x -> x/float16', 'Pad x/float16 pads -> p']);
  });
});

describe('unknown parts stay float32', () => {
  const border = (line: Lines['nodes'][number], more: Partial<Lines> = {}) =>
    linesOf(
      converted({
        ...more,
        nodes: ['Conv x k -> a', line, 'Conv b k -> y'],
        weights: { k: kernel, ...more.weights },
      }),
    ).nodes.slice(2, -2);

  it('another domain', () => {
    expect(border('com.microsoft:FusedThing a k -> b', { opsets: { 'com.microsoft': 1 } })).toEqual(
      ['Cast a -> a/float32', 'FusedThing a/float32 k -> b', 'Cast b -> b/float16'],
    );
  });

  it('another operator', () => {
    expect(border('Softplus a -> b')).toEqual([
      'Cast a -> a/float32',
      'Softplus a/float32 -> b',
      'Cast b -> b/float16',
    ]);
  });

  it('the scales and regions of a Resize', () => {
    const weights = { scales: [1, 1, 1.3, 1.3], roi: [0, 0, 0, 0, 1, 1, 1, 1] };
    const lines: Lines = {
      nodes: ['Conv x k -> a', 'Resize a roi scales -> b', 'Conv b k -> y'],
      weights: { k: kernel, ...weights },
    };
    const model = linesOf(converted(lines));
    expect(model.nodes).toContain('Resize a roi scales -> b');
    expect(model.weights).toEqual({ k: 'float16', scales: 'float32', roi: 'float32' });
  });

  it('arithmetic on sizes, also combined with constants', () => {
    const { nodes, weights } = linesOf(
      converted({
        nodes: [
          'Conv x k -> a',
          'Shape a -> size',
          ['Cast size -> f', { to: { int: 1 } }],
          'Slice f from to axis -> pixels',
          'Div other pixels -> some',
          ['Concat ones some -> scales', { axis: { int: 0 } }],
          'Resize a _ scales -> b',
          'Conv b k -> y',
        ],
        weights: {
          k: kernel,
          other: [5, 7],
          ones: [1, 1],
          ...int('from', [2]),
          ...int('to', [4]),
          ...int('axis', [0]),
        },
      }),
    );
    // Shape reads either type.
    expect(nodes.slice(2, 8)).toEqual([
      'Shape a -> size',
      'Cast size -> f',
      'Slice f from to axis -> pixels',
      'Div other pixels -> some',
      'Concat ones some -> scales',
      'Resize a _ scales -> b',
    ]);
    expect(weights).toMatchObject({ other: 'float32', ones: 'float32' });
  });

  it('a default that a caller may override', () => {
    const lines: Lines = {
      nodes: ['Conv x k -> a', 'Mul a strength -> y'],
      weights: { k: kernel, strength: [1] },
      inputs: [image, { name: 'strength', dataType: 'float32', dims: [1] }],
    };
    const model = converted(lines);
    expect(linesOf(model).weights).toEqual({ k: 'float16', strength: 'float32' });
    expect(linesOf(model).nodes).toContain('Mul a strength/float16 -> y/float16');
    expect(linesOf(model).nodes).toContain('Cast strength -> strength/float16');
    expect(model.graph.inputs[1]!.dataType).toBe('float32');
  });
});

describe('other constants', () => {
  it('in Constant nodes become initializers, and keep the node for float32 readers', () => {
    const tensor = { name: '', dataType: 'float32' as const, dims: [1] };
    const value = (number: number) => ({
      value: { tensor: { ...tensor, data: numberBytes([number], 'float32') } },
    });
    const { nodes, weights } = linesOf(
      converted({
        nodes: [
          ['Constant -> two', value(2)],
          ['Constant -> half', { value_float: { float: 0.5 } }],
          ['Constant -> pair', { value_floats: { floats: [1, 3] } }],
          'Conv x k pair -> a',
          'Mul a two -> b',
          'Mul b half -> c',
          'Pow c two -> d',
          'Conv d k -> y',
        ],
        weights: { k: kernel },
      }),
    );
    expect(nodes).toEqual([
      'Cast x -> x/float16',
      'Constant  -> two',
      'Conv x/float16 k pair/float16 -> a',
      'Mul a two/float16 -> b',
      'Mul b half/float16 -> c',
      'Cast c -> c/float32',
      'Pow c/float32 two -> d',
      'Cast d -> d/float16',
      'Conv d/float16 k -> y/float16',
      'Cast y/float16 -> y',
    ]);
    expect(weights).toEqual({
      k: 'float16',
      'pair/float16': 'float16',
      'two/float16': 'float16',
      'half/float16': 'float16',
    });
  });

  it('listed as inputs before IR version 4 are listed with their new type', () => {
    const lines: Lines = {
      irVersion: 3,
      nodes: ['Conv x k s -> a', 'Exp a -> e', 'Mul e s -> y'],
      weights: { k: kernel, s: [1, 2] },
      inputs: [
        image,
        { name: 'k', dataType: 'float32', dims: [2, 2, 1, 1] },
        { name: 's', dataType: 'float32', dims: [2] },
      ],
    };
    const model = converted(lines);
    expect(model.graph.inputs.map(({ name, dataType }) => [name, dataType])).toEqual([
      ['x', 'float32'],
      ['k', 'float16'],
      ['s', 'float32'],
      ['s/float16', 'float16'],
    ]);
  });

  it('in other files are read from there', () => {
    const bytes = onnx.ModelProto.encode({
      irVersion: 8,
      opsetImport: [{ version: 17 }],
      graph: {
        name: 'g',
        node: [{ opType: 'Conv', name: 'c', input: ['x', 'k'], output: ['y'] }],
        initializer: [
          {
            name: 'k',
            dataType: 1,
            dims: [2, 2, 1, 1],
            dataLocation: 1,
            docString: 'doc',
            externalData: [
              { key: 'location', value: 'w' },
              { key: 'offset', value: '3' },
            ],
          },
        ],
        input: [{ name: 'x', type: { tensorType: { elemType: 1 } } }],
        output: [{ name: 'y', type: { tensorType: { elemType: 1 } } }],
      },
    }).finish();
    const data = Uint8Array.of(9, 9, 9, ...numberBytes(kernel.values, 'float32'));
    const host = readModel(bytesSource(bytes));
    expect(errorOf(() => convertPrecision(host)).code).toBe('NOT_FOUND');
    const model = convertPrecision({
      ...host,
      external: { folder: '', read: () => bytesSource(data) },
    });
    const [k] = model.graph.initializers;
    expect([...readTensor(model, k!)]).toEqual([...numberBytes(kernel.values, 'float16')]);
    expect(onnx.ModelProto.decode(bytesOf(model)).graph?.initializer?.[0]).toMatchObject({
      dataType: 10,
      docString: 'doc',
      dataLocation: 0,
      externalData: [],
    });
  });

  it('are read when the model is saved, not kept in memory', () => {
    let read = 0;
    const data = numberBytes(kernel.values, 'float32');
    const spec = { name: 'k', dataType: 'float32' as const, dims: kernel.dims };
    const load = () => {
      read++;
      return data;
    };
    const host = buildModel({
      irVersion: 8,
      opset: 17,
      graphName: 'g',
      producer: { name: 'test', version: '0' },
      nodes: [
        {
          name: 'c',
          opType: 'Conv',
          domain: '',
          attributes: {},
          inputs: ['x', 'k'],
          outputs: ['y'],
        },
      ],
      initializers: [{ ...spec, data: { byteLength: data.length, load } }],
      inputs: [image],
      outputs: [result],
    });
    const model = convertPrecision(host);
    expect(read).toBe(1);
    expect(model.graph.nodes).toHaveLength(3);
    expect(read).toBe(1);
    bytesOf(model);
    expect(read).toBe(2);
  });
});

describe('bodies of control flow', () => {
  const tensor = (name: string) => ({ name, type: { tensorType: { elemType: 1 } } });
  const branch = (name: string) => ({
    name,
    node: [{ opType: 'Mul', name, input: ['a', 's'], output: [`${name}_out`] }],
    output: [tensor(`${name}_out`)],
  });
  const bytes = onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      name: 'g',
      node: [
        { opType: 'Conv', name: 'conv', input: ['x', 'k', 's'], output: ['a'] },
        {
          opType: 'If',
          name: 'if',
          input: ['cond'],
          output: ['b'],
          attribute: [
            { name: 'then_branch', type: 5, g: branch('then') },
            { name: 'else_branch', type: 5, g: branch('else') },
          ],
        },
        { opType: 'Conv', name: 'last', input: ['b', 'k'], output: ['y'] },
      ],
      initializer: [
        { name: 'cond', dataType: 9, dims: [], int32Data: [1] },
        { name: 'k', dataType: 1, dims: [2, 2, 1, 1], floatData: [...kernel.values] },
        { name: 's', dataType: 1, dims: [1, 2, 1, 1], floatData: [1, 2] },
      ],
      input: [tensor('x')],
      output: [tensor('y')],
      valueInfo: [tensor('b')],
    },
  }).finish();

  it('read the same float32 values as before, under the same names', () => {
    const host = readModel(bytesSource(bytes));
    const model = convertPrecision(host);
    expect(checkModel(model)).toEqual([]);
    expect(linesOf(model)).toEqual({
      nodes: [
        'Cast x -> x/float16',
        'Conv x/float16 k s/float16 -> a/float16',
        'Cast a/float16 -> a',
        'If cond -> b',
        'Cast b -> b/float16',
        'Conv b/float16 k -> y/float16',
        'Cast y/float16 -> y',
      ],
      weights: { cond: 'bool', k: 'float16', s: 'float32', 's/float16': 'float16' },
    });
    const record = (of: Model) => {
      const { start, end } = of.graph.nodes.find(({ opType }) => opType === 'If')!.field;
      return of.source.read(start, end);
    };
    expect(record(model)).toEqual(record(host));
  });
});

describe('rejects', () => {
  const conv = ['Conv x k -> y'];
  it.each<[string, Lines, RegExp]>([
    [
      'what is float16 already',
      {
        nodes: conv,
        weights: { k: { ...kernel, type: 'float16' } },
        inputs: [{ ...image, dataType: 'float16' }],
        outputs: [{ ...result, dataType: 'float16' }],
      },
      /computes in float16 already/,
    ],
    [
      'what is bfloat16',
      {
        nodes: conv,
        weights: { k: { ...kernel, type: 'bfloat16' } },
        inputs: [{ ...image, dataType: 'bfloat16' }],
        outputs: [{ ...result, dataType: 'bfloat16' }],
      },
      /computes in bfloat16 already/,
    ],
    [
      'what is quantised',
      {
        nodes: ['QuantizeLinear x s -> q', 'DequantizeLinear q s -> d', 'Conv d k -> y'],
        weights: { k: kernel, s: [0.1] },
      },
      /quantised \('QuantizeLinear'\)/,
    ],
    ['what has nothing to convert', { nodes: ['Softmax x -> y'] }, /nothing in it can become/],
    [
      'an old operator set',
      { nodes: conv, weights: { k: kernel }, opset: 10 },
      /operator set 10: float16 is known for 11 to 23/,
    ],
  ])('%s', (_, lines, message) => {
    const error = errorOf(() => convertPrecision(modelOfLines(lines)));
    expect(error.code).toBe('UNSUPPORTED_HOST');
    expect(error.message).toMatch(message);
  });

  const tensor = (name: string) => ({ name, type: { tensorType: { elemType: 1 } } });
  const layers = [
    { opType: 'Conv', input: ['x', 'k'], output: ['c'] },
    { opType: 'Relu', input: ['c'], output: ['r'] },
  ];
  const branch = { name: 'b', node: layers, output: [tensor('r')] };
  const attribute = [
    { name: 'then_branch', type: 5, g: branch },
    { name: 'else_branch', type: 5, g: branch },
  ];
  it.each([
    [
      'a function',
      { opType: 'Net', domain: 'local', input: ['x', 'k'], output: ['m'] },
      [{ name: 'Net', domain: 'local', input: ['x', 'k'], output: ['r'], node: layers }],
      /its layers are in the model's function 'local:Net', .* inline its functions, with `onnx\.inliner/,
    ],
    [
      'a body',
      { opType: 'If', name: 'choose', input: ['cond'], output: ['m'], attribute },
      [],
      /its layers are in a body of node 'choose' \(If\), .* without control flow/,
    ],
  ])('layers in %s, and names it', (_, call, functions, message) => {
    const bytes = onnx.ModelProto.encode({
      irVersion: 8,
      opsetImport: [{ version: 17 }, { domain: 'local', version: 1 }],
      // A node around it that could become float16 alone is no use.
      graph: {
        name: 'g',
        node: [call, { opType: 'Relu', input: ['m'], output: ['y'] }],
        initializer: [
          { name: 'cond', dataType: 9, dims: [], int32Data: [1] },
          { name: 'k', dataType: 1, dims: [2, 2, 1, 1], floatData: [...kernel.values] },
        ],
        input: [tensor('x')],
        output: [tensor('y')],
        valueInfo: [tensor('m')],
      },
      functions,
    } as Parameters<typeof onnx.ModelProto.encode>[0]).finish();
    const error = errorOf(() => convertPrecision(readModel(bytesSource(bytes, 'net.onnx'))));
    expect(error.code).toBe('UNSUPPORTED_HOST');
    expect(error.message).toMatch(message);
  });
});
