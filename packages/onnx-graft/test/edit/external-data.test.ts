import {
  buildModel,
  bytesSource,
  checkModel,
  GraftError,
  type Model,
  readModel,
  readTensor,
} from '@pip-graft/onnx-graft';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { externalizeWeights, inlineExternal } from '../../src/edit/external-data.ts';
import { richModel } from '../rich-model.ts';

const bytesOf = (model: Model) => model.source.read(0, model.source.size);

/** A model with weights of the given sizes in bytes. */
function weighty(sizes: Readonly<Record<string, number>>): Model {
  return buildModel({
    irVersion: 8,
    opset: 17,
    graphName: 'g',
    producer: { name: 'test', version: '0' },
    nodes: [],
    initializers: Object.entries(sizes).map(([name, size], index) => ({
      name,
      dataType: 'uint8',
      dims: [size],
      data: new Uint8Array(size).fill(index + 1),
    })),
    inputs: [],
    outputs: [],
  });
}

describe('externalizeWeights', () => {
  it('moves initializers of 1024 bytes or more, at offsets aligned to their size', () => {
    const host = weighty({ small: 1023, a: 1024, b: 1500, large: 2 ** 20, after: 2000 });
    const { model, data } = externalizeWeights(host, 'host.onnx.data');
    const kept = model.graph.initializers.map(({ name, data: where }) =>
      where.kind === 'external' ? [name, where.location, where.offset, where.length] : [name],
    );
    expect(kept).toEqual([
      ['small'],
      ['a', 'host.onnx.data', 0, 1024],
      ['b', 'host.onnx.data', 1024, 1500],
      ['large', 'host.onnx.data', 65536, 2 ** 20],
      ['after', 'host.onnx.data', 65536 + 2 ** 20, 2000],
    ]);
    expect(data.size).toBe(65536 + 2 ** 20 + 2000);
    for (const [index, tensor] of model.graph.initializers.entries()) {
      const bytes = readTensor(model, tensor);
      expect(bytes.every((byte) => byte === index + 1)).toBe(true);
    }
    expect(checkModel(model).filter(({ severity }) => severity === 'error')).toHaveLength(
      checkModel(host).filter(({ severity }) => severity === 'error').length,
    );
  });

  it('uses a given threshold', () => {
    const { model } = externalizeWeights(weighty({ a: 9, b: 10 }), 'd', { threshold: 10 });
    expect(model.graph.initializers.map(({ data }) => data.kind)).toEqual(['raw', 'external']);
  });

  it('is undone by inlineExternal, tensor by tensor', () => {
    const host = weighty({ a: 1024, b: 3000 });
    const { model, data } = externalizeWeights(host, 'd');
    const back = inlineExternal({
      ...readModel(bytesSource(bytesOf(model))),
      external: { folder: '', read: () => data },
    });
    expect(
      back.graph.initializers.map((tensor) => [tensor.name, ...readTensor(back, tensor)]),
    ).toEqual(host.graph.initializers.map((tensor) => [tensor.name, ...readTensor(host, tensor)]));
  });

  it('keeps what it does not move, and changes nothing if nothing is large', () => {
    const host = readModel(bytesSource(richModel()));
    const { model, data } = externalizeWeights(host, 'd');
    expect(data.size).toBe(0);
    expect(bytesOf(model)).toEqual(bytesOf(host));
  });

  it('keeps names, types, comments and unknown fields of moved tensors', () => {
    const bytes = onnxProto.onnx.ModelProto.encode({
      irVersion: 8,
      graph: {
        name: 'g',
        initializer: [
          { name: 'w', dataType: 1, dims: [2, 3], docString: 'doc', rawData: new Uint8Array(24) },
        ],
      },
    }).finish();
    const { model } = externalizeWeights(readModel(bytesSource(bytes)), 'd', { threshold: 1 });
    const decoded = onnxProto.onnx.ModelProto.decode(bytesOf(model)).graph?.initializer?.[0];
    expect(decoded).toMatchObject({ name: 'w', dataType: 1, docString: 'doc', dataLocation: 1 });
    expect(decoded?.dims?.map(Number)).toEqual([2, 3]);
    expect(decoded?.rawData).toHaveLength(0);
  });

  it('rejects existing external data, and paths that openModel would reject', () => {
    const codeOf = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        return error instanceof GraftError ? error.code : error;
      }
      return undefined;
    };
    const host = weighty({ a: 1024 });
    const { model } = externalizeWeights(host, 'd');
    expect(codeOf(() => externalizeWeights(model, 'e'))).toBe('INVALID_ARGUMENT');
    for (const path of ['', '../d', '/d', 'a/../d', 'c:d', 'a\\d', './d', 'a//d', 'd\0'])
      expect(codeOf(() => externalizeWeights(host, path))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => externalizeWeights(host, 'folder/d'))).toBeUndefined();
  });
});
