import { bytesSource, checkModel, readModel } from '@pip-graft/onnx-graft';
import onnxProto from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import type { FindingCode } from '../../src/check/finding.ts';
import { richModel } from '../rich-model.ts';

const { onnx } = onnxProto;
type Graph = NonNullable<Parameters<typeof onnx.GraphProto.create>[0]>;
type Proto = NonNullable<Parameters<typeof onnx.ModelProto.create>[0]>;

const relu = (from: string, to: string, name = to) => ({
  opType: 'Relu',
  name,
  input: [from],
  output: [to],
});

/** Codes and places of the findings in a model x → … → y. */
function found(graph: Graph, model: Proto = {}): (readonly [FindingCode, string])[] {
  const bytes = onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    ...model,
    graph: { name: 'g', input: [{ name: 'x' }], output: [{ name: 'y' }], ...graph },
  }).finish();
  return checkModel(readModel(bytesSource(bytes))).map(({ code, place }) => [code, place]);
}

describe('a valid model', () => {
  test('gives no findings', () => {
    const initializer = [{ name: 'w', dataType: 1, dims: [2], floatData: [1, 2] }];
    const add = { opType: 'Add', name: 'add', input: ['r', 'w'], output: ['y'] };
    expect(found({ node: [relu('x', 'r'), add], initializer })).toEqual([]);
  });

  test('gives none for bodies, functions, sparse weights or omitted inputs', () => {
    expect(checkModel(readModel(bytesSource(richModel())))).toEqual([]);
  });
});

describe('values', () => {
  test('read but never produced', () => {
    expect(found({ node: [relu('gone', 'y')] })).toEqual([['UNRESOLVED_INPUT', "node 'y' (Relu)"]]);
  });

  test('produced later than they are read', () => {
    expect(found({ node: [relu('r', 'y'), relu('x', 'r')] })).toEqual([
      ['NOT_SORTED', "node 'y' (Relu)"],
    ]);
  });

  test('that depend on themselves are told from those that merely come late', () => {
    const add = { opType: 'Add', name: 'a', input: ['x', 'b'], output: ['a'] };
    const node = [relu('late', 'y'), add, relu('a', 'b'), relu('b', 'late')];
    expect(found({ node })).toEqual([
      ['NOT_SORTED', "node 'y' (Relu)"],
      ['CYCLE', "node 'a' (Add)"],
    ]);
  });

  test('a cycle of 50,000 nodes does not overflow the stack', () => {
    const node = Array.from({ length: 50_000 }, (_, i) =>
      relu(`v${(i + 49_999) % 50_000}`, `v${i}`),
    );
    expect(found({ node, output: [{ name: 'v1' }] })).toEqual([['CYCLE', "node 'v0' (Relu)"]]);
  });

  test('produced twice, by nodes or over an input', () => {
    const node = [relu('x', 'y', 'a'), relu('x', 'y', 'b'), relu('y', 'x', 'c')];
    expect(found({ node })).toEqual([
      ['DUPLICATE_VALUE', "node 'b' (Relu)"],
      ['DUPLICATE_VALUE', "node 'c' (Relu)"],
    ]);
  });

  test('listed as outputs but never produced', () => {
    expect(found({ node: [relu('x', 'z')] })).toEqual([['MISSING_OUTPUT', "output 'y'"]]);
    expect(
      found({
        node: [relu('x', 'z')],
        output: [],
        input: [],
        initializer: [{ name: 'x', dataType: 1, dims: [0] }],
      }),
    ).toEqual([
      ['NO_INPUTS', 'graph'],
      ['NO_OUTPUTS', 'graph'],
    ]);
  });
});

describe('nodes', () => {
  test('of a domain that is not imported, reported once per domain', () => {
    const own = (to: string) => ({ ...relu('x', to), domain: 'mine' });
    expect(found({ node: [own('a'), own('b'), relu('x', 'y')] })).toEqual([
      ['MISSING_OPSET', "node 'a' (Relu)"],
    ]);
    expect(found({ node: [own('y')] }, { opsetImport: [{ domain: 'mine', version: 1 }] })).toEqual(
      [],
    );
  });

  test('with the same name, and nodes without outputs', () => {
    const node = [relu('x', 'a', 'n'), relu('a', 'y', 'n'), { opType: 'Relu', input: ['x'] }];
    expect(found({ node })).toEqual([
      ['DUPLICATE_NODE_NAME', "node 'n' (Relu)"],
      ['EMPTY_NODE', 'node #2 (Relu)'],
    ]);
  });
});

test('warns of metadata that is there twice', () => {
  const entry = { key: 'author', value: 'me' };
  const metadataProps = [entry, { ...entry, key: 'date' }, { ...entry, value: 'you' }];
  expect(found({ node: [relu('x', 'y')] }, { metadataProps })).toEqual([
    ['DUPLICATE_METADATA', "metadata 'author'"],
  ]);
});

test('nodes of the same name are an error, because onnxruntime rejects the model', () => {
  const bytes = onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      name: 'g',
      input: [{ name: 'x' }],
      output: [{ name: 'y' }],
      node: [relu('x', 'a', 'n'), relu('a', 'y', 'n')],
    },
  }).finish();
  expect(checkModel(readModel(bytesSource(bytes)))).toMatchObject([
    { severity: 'error', message: expect.stringContaining('onnxruntime rejects') as string },
  ]);
});

describe('tensors', () => {
  const node = [relu('x', 'y')];

  test.each([
    ['raw', { dataType: 1, dims: [3], rawData: new Uint8Array(11) }],
    ['floats', { dataType: 1, dims: [3], floatData: [1, 2] }],
    ['doubles', { dataType: 11, dims: [3], doubleData: [1, 2, 3, 4] }],
    ['varints', { dataType: 7, dims: [2], int64Data: [1, 2 ** 40, 3] }],
    ['half precision in varints', { dataType: 10, dims: [2], int32Data: [65535] }],
  ])('of the wrong length: %s', (_, tensor) => {
    expect(found({ node, initializer: [{ name: 'w', ...tensor }] })).toEqual([
      ['WRONG_LENGTH', "initializer 'w'"],
    ]);
  });

  test.each([
    ['raw', { dataType: 10, dims: [3], rawData: new Uint8Array(6) }],
    ['varints', { dataType: 7, dims: [3], int64Data: [1, 2 ** 40, -3] }],
    ['nibbles', { dataType: 22, dims: [3], rawData: new Uint8Array(2) }],
    ['strings', { dataType: 8, dims: [5], stringData: [] }],
    ['a type of the future', { dataType: 99, dims: [5], rawData: new Uint8Array(1) }],
  ])('of the right length, or of an unknown type: %s', (_, tensor) => {
    expect(found({ node, initializer: [{ name: 'w', ...tensor }] })).toEqual([]);
  });

  test('in attributes', () => {
    const t = { dataType: 1, dims: [2], rawData: new Uint8Array(4) };
    const constant = {
      opType: 'Constant',
      name: 'c',
      output: ['c'],
      attribute: [{ name: 'value', type: 4, t }],
    };
    expect(found({ node: [constant, ...node] })).toEqual([
      ['WRONG_LENGTH', "node 'c' (Constant) attribute 'value'"],
    ]);
  });

  test('with the same name, and tensors not listed as inputs before IR version 4', () => {
    const w = { name: 'w', dataType: 1, dims: [1], floatData: [1] };
    expect(found({ node, initializer: [w, w] })).toEqual([
      ['DUPLICATE_INITIALIZER', "initializer 'w'"],
    ]);
    expect(found({ node, initializer: [w] }, { irVersion: 3 })).toEqual([
      ['INITIALIZER_NOT_INPUT', "initializer 'w'"],
    ]);
    const input = [{ name: 'x' }, { name: 'w' }];
    expect(found({ node, initializer: [w], input }, { irVersion: 3 })).toEqual([]);
  });
});

describe('inner scopes', () => {
  const body = (graph: Graph) => ({
    opType: 'If',
    name: 'if',
    input: ['x'],
    output: ['y'],
    attribute: [{ name: 'then_branch', type: 5, g: { name: 'then', ...graph } }],
  });

  test('see outer values, but not the other way round', () => {
    const inner = { node: [relu('x', 'inner')], output: [{ name: 'inner' }] };
    expect(found({ node: [body(inner)] })).toEqual([]);
    expect(found({ node: [body(inner), relu('inner', 'z')] })).toEqual([
      ['UNRESOLVED_INPUT', "node 'z' (Relu)"],
    ]);
  });

  test('are checked, too, and report where they are', () => {
    const inner = { node: [relu('gone', 'x')], output: [{ name: 'none' }] };
    expect(found({ node: [body(inner)] })).toEqual([
      ['SHADOWED_VALUE', "node 'if' (If) body 'then': node 'x' (Relu)"],
      ['UNRESOLVED_INPUT', "node 'if' (If) body 'then': node 'x' (Relu)"],
      ['MISSING_OUTPUT', "node 'if' (If) body 'then': output 'none'"],
    ]);
  });

  test('of functions see only their arguments', () => {
    const functions = [
      { name: 'F', domain: 'mine', input: ['a'], output: ['b', 'c'], node: [relu('x', 'b')] },
    ];
    expect(found({ node: [relu('x', 'y')] }, { functions })).toEqual([
      ['UNRESOLVED_INPUT', "function mine:F: node 'b' (Relu)"],
      ['MISSING_OUTPUT', "function mine:F: output 'c'"],
    ]);
  });
});

test('messages say what is wrong, with the right severity', () => {
  const bytes = onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: { node: [relu('gone', 'y')], output: [{ name: 'y' }] },
  }).finish();
  expect(checkModel(readModel(bytesSource(bytes)))).toEqual([
    { severity: 'warning', code: 'NO_INPUTS', place: 'graph', message: 'the model has no inputs.' },
    {
      severity: 'error',
      code: 'UNRESOLVED_INPUT',
      place: "node 'y' (Relu)",
      message: "it reads 'gone', which no node, input or initializer makes.",
    },
  ]);
});
