import { bytesSource, extractNodes, fixInputDims, readModel } from '@pip-graft/onnx-graft';
import { describe, expect, test } from 'vitest';
import { richModel } from '../rich-model.ts';

const model = readModel(bytesSource(richModel(), 'rich'));
const x = { name: 'relu_out', dataType: 'float32', dims: [3, 2] } as const;
const recordOf = ({ source, graph }: typeof model, name: string): Uint8Array => {
  const { field } = graph.nodes.find((node) => node.name === name)!;
  return source.read(field.start, field.end).slice();
};

describe('extractNodes', () => {
  test('keeps the bytes of its nodes, with unknown fields, and only the weights they read', () => {
    const part = extractNodes(model, { nodes: new Set([0]), inputs: [], outputs: ['relu_out'] });
    expect(part.graph.nodes.map(({ name }) => name)).toEqual(['relu']);
    expect(recordOf(part, 'relu')).toEqual(recordOf(model, 'relu'));
    expect(part.graph.initializers).toEqual([]);
    expect(part.graph.inputs).toEqual([]);
    expect(part.graph.outputs.map(({ name }) => name)).toEqual(['relu_out']);
  });

  test('includes weights that the bodies of a node read', () => {
    const index = model.graph.nodes.findIndex(({ name }) => name === 'if');
    const part = extractNodes(model, { nodes: new Set([index]), inputs: [x], outputs: ['if_out'] });
    expect(part.graph.initializers.map(({ name }) => name)).toContain('w');
    expect(part.graph.inputs).toMatchObject([
      { name: 'relu_out', dataType: 'float32', dims: [3, 2] },
    ]);
    expect(recordOf(part, 'if')).toEqual(recordOf(model, 'if'));
  });

  test('keeps the opsets, so that operators mean the same', () => {
    const part = extractNodes(model, { nodes: new Set([0]), inputs: [], outputs: [] });
    expect([...part.opsets]).toEqual([...model.opsets]);
  });
});

describe('fixInputDims', () => {
  test('gives an input one shape and leaves everything else', () => {
    const fixed = fixInputDims(model, { x: [7, 2] });
    const inputs = (of: typeof model) => of.graph.inputs.map(({ name, dims }) => [name, dims]);
    expect(inputs(fixed)).toEqual(
      inputs(model).map(([name, dims]) => [name, name === 'x' ? [7, 2] : dims]),
    );
    for (const { name } of model.graph.nodes) {
      expect(recordOf(fixed, name)).toEqual(recordOf(model, name));
    }
    expect(fixInputDims(model, {})).toBe(model);
  });

  test('rejects a name that is not an input', () => {
    expect(() => fixInputDims(model, { relu_out: [1] })).toThrow(
      /rich: 'relu_out' is not an input of a known type; it has 'x'/,
    );
  });
});
