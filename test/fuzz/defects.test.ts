import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildModel,
  bytesSource,
  type Model,
  readModel,
  readTensor,
  splice,
  unsplice,
} from '@pip-graft/onnx-graft';
import { decodeAdapterConfig, encodeAdapterConfig, initAdapter } from '@pip-graft/pip-core';
import { readAdapter, writeAdapter } from '@pip-graft/pip-core/node';
import { readSafetensors } from '@pip-graft/weights';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeVarint } from '../../packages/onnx-graft/src/edit/encode.ts';

// Findings of the fuzz run, each as small as possible; the seeds are in seeds.ts.

const x = { name: 'x', dataType: 'float32', dims: [1] } as const;
const relu = { name: 'relu', opType: 'Relu', domain: '', attributes: {} };
const spec = {
  irVersion: 8,
  opset: 17,
  producer: { name: 't', version: '1' },
  graphName: 'g',
  nodes: [{ ...relu, inputs: ['x'], outputs: ['y'] }],
  initializers: [],
  inputs: [x],
  outputs: [{ ...x, name: 'y' }],
};

const bytesOf = ({ source }: Model) => source.read(0, source.size);

describe('splice on a graph whose tag is longer than necessary', () => {
  it.each([2, 4])('restores the host byte for byte: %i bytes', (width) => {
    const plain = buildModel(spec);
    const { start } = plain.graph.field;
    const bytes = bytesOf(plain);
    const tag = encodeVarint(7 * 8 + 2, width);
    const host = Uint8Array.from([
      ...bytes.subarray(0, start),
      ...tag,
      ...bytes.subarray(start + 1),
    ]);
    const model = readModel(bytesSource(host));
    let undo: Parameters<typeof unsplice>[2] | undefined;
    const grafted = splice(model, 'pip', {
      fragments: [
        {
          fragment: {
            nodes: [{ ...relu, name: 'pip/relu', inputs: ['x'], outputs: ['pip/y'] }],
            initializers: [],
          },
          redirects: [{ value: 'x', uses: [{ node: 0, input: 0 }], to: 'pip/y' }],
        },
      ],
      inputs: [],
      stamp: (made) => {
        undo = made;
        return { key: 'k', value: 'v' };
      },
    });
    const read = readModel(bytesSource(bytesOf(grafted).slice()));
    expect(read.graph.nodes).toHaveLength(2);
    expect(bytesOf(unsplice(read, 'k', undo!))).toEqual(host);
  });
});

describe('readTensor on floats in a tensor of integers', () => {
  it.each([7, 6, 13])('rejects them: data type %i', (type) => {
    // dims 1, data_type, float_data 0.125, name w: an initialiser of the only graph.
    const tensor = [0x08, 1, 0x10, type, 0x22, 4, 0, 0, 0, 0x3e, 0x42, 1, 0x77];
    const graph = [0x2a, tensor.length, ...tensor];
    const bytes = Uint8Array.from([0x08, 8, 0x3a, graph.length, ...graph]);
    const model = readModel(bytesSource(bytes));
    expect(() => readTensor(model, model.graph.initializers[0]!)).toThrowError(
      expect.objectContaining({ code: 'CORRUPT_FILE' }),
    );
  });
});

describe('readSafetensors on a type that is a deep list', () => {
  it('rejects it', () => {
    const deep = 200_000;
    const header = new TextEncoder().encode(
      `{"a":{"dtype":${'['.repeat(deep)}${']'.repeat(deep)},"shape":[],"data_offsets":[0,0]}}`,
    );
    const bytes = new Uint8Array(8 + header.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(header, 8);
    expect(() => readSafetensors(bytes)).toThrowError(
      expect.objectContaining({ code: 'CORRUPT_FILE' }),
    );
  });
});

describe('a deeply nested adapter config', () => {
  const folder = mkdtempSync(join(tmpdir(), 'graft-fuzz-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const adapter = initAdapter(
    { family: 'unet', sites: [{ level: 1, channels: 8, scale: 1 }] },
    { promptChannels: [8], promptSize: [8] },
  );
  const withTraining = (training: string) =>
    encodeAdapterConfig(adapter).replace('"training": null', `"training": ${training}`);

  it.each([1000, 100_000])('is rejected: %i lists in the training record', async (deep) => {
    const path = join(folder, `${deep}`);
    await writeAdapter(path, adapter);
    const record = `{"a":${'['.repeat(deep)}${']'.repeat(deep)}}`;
    writeFileSync(join(path, 'adapter_config.json'), withTraining(record));
    expect(() => readAdapter(path)).toThrowError(
      expect.objectContaining({ code: 'ADAPTER_INVALID' }),
    );
  });

  it('is read at a realistic depth', () => {
    const { training } = decodeAdapterConfig(withTraining('{"a":[{"b":[[1]]}]}'));
    expect(training).toEqual({ a: [{ b: [[1]] }] });
  });
});
