import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  freshAdapter,
  type HubOptions,
  localAdapter,
  localCheckpoint,
  localModel,
  localSensor,
  openAdapter,
  openHost,
} from '@pip-graft/graft/node';
import { openModel } from '@pip-graft/onnx-graft/node';
import { encodeAdapter } from '@pip-graft/pip-core';
import { bytesOf, HubServer, tinyUnet } from '@pip-graft/test-utils';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

let server: HubServer;
let options: HubOptions;
const cache = mkdtempSync(join(tmpdir(), 'graft-hub-'));
beforeAll(async () => {
  server = await new HubServer().start();
  options = { environment: { HF_ENDPOINT: server.endpoint, HF_HUB_CACHE: cache } };
});
afterAll(async () => {
  await server.close();
  rmSync(cache, { recursive: true });
});
beforeEach(() => {
  server.taken();
});

const host = bytesOf(tinyUnet());

/** A model with one external tensor. */
function withData(location: string): Uint8Array {
  const data = { dataLocation: 1, externalData: [{ key: 'location', value: location }] };
  return onnxProto.onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: { initializer: [{ name: 'w', dataType: 1, dims: [2], ...data }] },
  }).finish();
}

describe('localModel', () => {
  it.each([
    ['hf:me/root', 'model.onnx'],
    ['hf:me/folder/onnx', 'onnx/model.onnx'],
    ['hf:me/file/onnx/half.onnx', 'onnx/half.onnx'],
  ])('finds %s at %s, and downloads nothing else', async (name, path) => {
    const repository = name.split('/').slice(0, 2).join('/').slice('hf:'.length);
    server.commit(repository, { [path]: host, 'other.onnx': 'other', 'big.bin': 'big' });
    const local = await localModel(name, options);
    expect(readFileSync(local).equals(host)).toBe(true);
    expect(server.taken().filter((line) => line.includes('/resolve/'))).toEqual([
      expect.stringContaining(`/${path}`),
    ]);
  });

  it.each(['model.onnx_data', 'parts/w.bin', './w.bin'])('loads external data: %s', async (at) => {
    const weights = Buffer.from(Float32Array.of(1, 2).buffer);
    const path = `net/${at}`.replace('/./', '/');
    server.commit('me/data', { 'net/model.onnx': withData(at), [path]: weights });
    const opened = openModel(await localModel('hf:me/data/net', options));
    expect(opened.model.graph.initializers).toHaveLength(1);
    opened.close();
  });

  it.each(['../../x.bin', '/etc/passwd', 'a/../../../x'])(
    'requests no data at %s, and opening rejects it',
    async (location) => {
      server.commit('me/hostile', { 'model.onnx': withData(location) });
      const path = await localModel('hf:me/hostile', options);
      expect(server.taken().filter((line) => line.includes('/resolve/'))).toHaveLength(1);
      expect(() => openModel(path)).toThrow(expect.objectContaining({ code: 'UNSAFE_FILE' }));
    },
  );

  it('reports a file that is not a model, and missing data', async () => {
    server.commit('me/page', { 'model.onnx': '<html>' });
    await expect(localModel('hf:me/page', options)).rejects.toThrow(
      expect.objectContaining({ code: 'NOT_ONNX' }),
    );
    server.commit('me/lost', { 'model.onnx': withData('w.bin') });
    await expect(localModel('hf:me/lost', options)).rejects.toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', message: expect.stringContaining("'w.bin'") }),
    );
  });

  it('leaves other names alone', async () => {
    expect(await localModel('./model.onnx', options)).toBe('./model.onnx');
    expect(await localAdapter('init:labels=rain', options)).toBe('init:labels=rain');
    expect(await localSensor('@me/sensor', options)).toBe('@me/sensor');
    expect(server.taken()).toEqual([]);
  });
});

describe('localCheckpoint', () => {
  it.each([
    ['hf:me/weights', 'model.safetensors'],
    ['hf:me/weights-2/net', 'net/model.safetensors'],
    ['hf:me/weights-3/old/deblur.pth', 'old/deblur.pth'],
  ])('finds %s at %s, and downloads nothing else', async (name, path) => {
    const repository = name.split('/').slice(0, 2).join('/').slice('hf:'.length);
    server.commit(repository, { [path]: 'weights', 'other.pth': 'other' });
    const local = await localCheckpoint(name, options);
    expect(readFileSync(local, 'utf8')).toBe('weights');
    expect(server.taken().filter((line) => line.includes('/resolve/'))).toEqual([
      expect.stringContaining(`/${path}`),
    ]);
  });

  it('downloads the files listed in an index, at the same commit', async () => {
    const index = JSON.stringify({ weight_map: { a: '1.safetensors', b: '2.safetensors' } });
    const name = 'model.safetensors.index.json';
    server.commit('me/shards', {
      [`net/${name}`]: index,
      'net/1.safetensors': 'one',
      'net/2.safetensors': 'two',
    });
    const local = await localCheckpoint(`hf:me/shards/net/${name}`, options);
    expect(readdirSync(dirname(local)).sort()).toEqual(['1.safetensors', '2.safetensors', name]);
  });

  it.each(['../1.safetensors', 'a/../../1.bin'])('requests no file at %s', async (file) => {
    server.commit('me/out', { 'a.safetensors.index.json': `{"weight_map":{"a":"${file}"}}` });
    await expect(localCheckpoint('hf:me/out/a.safetensors.index.json', options)).rejects.toThrow(
      expect.objectContaining({ code: 'UNSAFE_FILE' }),
    );
  });
});

describe('openHost and openAdapter', () => {
  it("open models and adapters from the hub, through its cache's links", async () => {
    server.commit('me/host', { 'model.onnx': host });
    using opened = await openHost('hf:me/host', undefined, options);
    const fresh = freshAdapter(opened, { labels: ['rain'], name: 'rain' });
    const { config, tensors } = encodeAdapter(fresh);
    const files = { 'adapter_config.json': config, 'adapter_model.safetensors': tensors };
    server.commit('me/rain-adapter', { ...files, 'train.log': 'long' });
    const adapter = await openAdapter('hf:me/rain-adapter', { for: opened, hub: options });
    // Without a package.json it is named after the repository, not the commit.
    expect(adapter.name).toBe('rain-adapter');
    expect(adapter.config).toEqual(fresh.config);
    const snapshots = join(cache, 'models--me--rain-adapter', 'snapshots');
    const [commit] = readdirSync(snapshots);
    expect(readdirSync(join(snapshots, commit!)).sort()).toEqual(Object.keys(files));
  });

  it('reject a package with install scripts', async () => {
    server.commit('me/host', { 'model.onnx': host });
    using opened = await openHost('hf:me/host', undefined, options);
    const { config, tensors } = encodeAdapter(freshAdapter(opened));
    server.commit('me/evil', {
      'adapter_config.json': config,
      'adapter_model.safetensors': tensors,
      'package.json': JSON.stringify({ name: 'evil', scripts: { postinstall: 'x' } }),
    });
    await expect(openAdapter('hf:me/evil', { for: opened, hub: options })).rejects.toThrow(
      expect.objectContaining({ code: 'UNSAFE_FILE' }),
    );
  });
});
