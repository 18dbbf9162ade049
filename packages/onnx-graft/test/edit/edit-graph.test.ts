import {
  buildModel,
  bytesSource,
  checkModel,
  exposeValues,
  extendGraph,
  extractNodes,
  fixInputDims,
  GraphBuilder,
  type Model,
  modelBytes,
  NameScope,
  ops,
  readModel,
  readTensor,
  replaceWeights,
} from '@pip-graft/onnx-graft';
import { describe, expect, it, test } from 'vitest';
import { richModel } from '../rich-model.ts';

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const model: Model = buildModel({
  irVersion: 8,
  opset: 17,
  producer: { name: 'test', version: '1' },
  graphName: 'g',
  nodes: [
    { name: 'add', opType: 'Add', domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: {} },
  ],
  initializers: [
    { name: 'w', dataType: 'float32', dims: [2], data: floats(1, 2) },
    { name: 'kept', dataType: 'float32', dims: [1], data: floats(7) },
  ],
  inputs: [{ name: 'x', dataType: 'float32', dims: [2] }],
  outputs: [{ name: 'y', dataType: 'float32', dims: [2] }],
});

describe('extendGraph', () => {
  it('appends nodes, changes the outputs and feeds initializers', () => {
    const g = new GraphBuilder({ opset: 17, prefix: 'new', taken: new NameScope(model) });
    const doubled = ops.mul(g, 'y', g.scalar(2, 'float32'));
    const made = extendGraph(model, {
      fragment: g.fragment(),
      inputs: [{ name: 'z', dataType: 'float32', dims: [1] }],
      outputs: [{ name: doubled, dataType: 'float32', dims: [2] }],
      fed: ['w'],
    });
    const again = readModel(bytesSource(modelBytes(made)));
    expect(checkModel(again).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(again.graph.nodes.map(({ opType }) => opType)).toEqual(['Add', 'Mul']);
    expect(again.graph.inputs.map(({ name, dims }) => [name, dims])).toEqual([
      ['x', [2]],
      ['z', [1]],
      ['w', [2]],
    ]);
    expect(again.graph.outputs.map(({ name }) => name)).toEqual([doubled]);
    expect(again.graph.initializers.map(({ name }) => name)).toContain('kept');
    expect(again.graph.initializers.map(({ name }) => name)).not.toContain('w');
    expect(modelBytes(model)).toEqual(modelBytes(readModel(bytesSource(modelBytes(model)))));
  });

  it('rejects a fed name that is not an initializer', () => {
    const fragment = { nodes: [], initializers: [] };
    expect(() => extendGraph(model, { fragment, fed: ['x'] })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining("'x'"),
      }),
    );
  });
});

describe('replaceWeights', () => {
  it('changes the numbers of the named initializers and nothing else', () => {
    const made = replaceWeights(model, new Map([['w', Float32Array.of(3, 4)]]));
    const values = made.graph.initializers.map((tensor) => [
      tensor.name,
      ...new Float32Array(readTensor(made, tensor).slice().buffer),
    ]);
    expect(values).toEqual([
      ['w', 3, 4],
      ['kept', 7],
    ]);
    const back = replaceWeights(made, new Map([['w', Float32Array.of(1, 2)]]));
    expect(modelBytes(back)).toEqual(modelBytes(model));
  });

  it.each([
    ['another size', 'w', /'w' is float32 of \[2\], but there are 3/],
    ['another name', 'v', /no initializer 'v'/],
  ])('rejects %s', (_, name, message) => {
    expect(() => replaceWeights(model, new Map([[name, new Float32Array(3)]]))).toThrow(message);
  });
});

const rich = readModel(bytesSource(richModel(), 'rich'));
const x = { name: 'relu_out', dataType: 'float32', dims: [3, 2] } as const;
const recordOf = ({ source, graph }: typeof rich, name: string): Uint8Array => {
  const { field } = graph.nodes.find((node) => node.name === name)!;
  return source.read(field.start, field.end).slice();
};

describe('exposeValues', () => {
  it('shows an inner value under its own name, or a copy of it under another', () => {
    const shown = exposeValues(model, ['y', 'w'], (name) => (name === 'w' ? 'the w' : name));
    const again = readModel(bytesSource(modelBytes(shown)));
    expect(again.graph.outputs.map(({ name }) => name)).toEqual(['y', 'the w']);
    expect(again.graph.nodes.at(-1)).toMatchObject({
      opType: 'Identity',
      inputs: ['w'],
      outputs: ['the w'],
    });
    expect(checkModel(again).filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('extractNodes', () => {
  test('keeps the bytes of its nodes, with unknown fields, and only the weights they read', () => {
    const part = extractNodes(rich, { nodes: new Set([0]), inputs: [], outputs: ['relu_out'] });
    expect(part.graph.nodes.map(({ name }) => name)).toEqual(['relu']);
    expect(recordOf(part, 'relu')).toEqual(recordOf(rich, 'relu'));
    expect(part.graph.initializers).toEqual([]);
    expect(part.graph.inputs).toEqual([]);
    expect(part.graph.outputs.map(({ name }) => name)).toEqual(['relu_out']);
  });

  test('includes weights that the bodies of a node read', () => {
    const index = rich.graph.nodes.findIndex(({ name }) => name === 'if');
    const part = extractNodes(rich, { nodes: new Set([index]), inputs: [x], outputs: ['if_out'] });
    expect(part.graph.initializers.map(({ name }) => name)).toContain('w');
    expect(part.graph.inputs).toMatchObject([
      { name: 'relu_out', dataType: 'float32', dims: [3, 2] },
    ]);
    expect(recordOf(part, 'if')).toEqual(recordOf(rich, 'if'));
  });

  test('keeps the opsets, so that operators mean the same', () => {
    const part = extractNodes(rich, { nodes: new Set([0]), inputs: [], outputs: [] });
    expect([...part.opsets]).toEqual([...rich.opsets]);
  });
});

describe('fixInputDims', () => {
  test('gives an input one shape and leaves everything else', () => {
    const fixed = fixInputDims(rich, { x: [7, 2] });
    const inputs = (of: typeof rich) => of.graph.inputs.map(({ name, dims }) => [name, dims]);
    expect(inputs(fixed)).toEqual(
      inputs(rich).map(([name, dims]) => [name, name === 'x' ? [7, 2] : dims]),
    );
    for (const { name } of rich.graph.nodes) {
      expect(recordOf(fixed, name)).toEqual(recordOf(rich, name));
    }
    expect(fixInputDims(rich, {})).toBe(rich);
  });

  test('rejects a name that is not an input', () => {
    expect(() => fixInputDims(rich, { relu_out: [1] })).toThrow(
      /rich: 'relu_out' is not an input of a known type; it has 'x'/,
    );
  });
});
