import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openModel, saveExternalized } from '@pip-graft/graft/node';
import { Restorer } from '@pip-graft/restore';
import { HubServer, hubToken } from '@pip-graft/test-utils';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bin, type Ended, graft, json } from '../graft.ts';

let server: HubServer;
let folder = '';
const cache = (): string => join(folder, 'cache');
const environment = (): Record<string, string> => ({
  HF_ENDPOINT: server.endpoint,
  HF_HUB_CACHE: cache(),
  HF_TOKEN: '',
  HF_HUB_OFFLINE: '',
});

/** Runs the built command while the server in this process answers it. */
async function hub(more: Record<string, string>, ...args: string[]): Promise<Ended> {
  const env = { ...process.env, ...environment(), ...more };
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [status] = await once(child, 'close');
  return { status, stdout, stderr };
}

async function hubJson(...args: string[]): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await hub({}, ...args, '--json');
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const bytes = (name: string): Buffer => readFileSync(join(folder, name));
const same = (a: string, b: string): boolean => bytes(a).equals(bytes(b));

beforeAll(async () => {
  server = await new HubServer().start();
  folder = mkdtempSync(join(tmpdir(), 'graft-hub-'));
  const size = ['--dim', '8', '--blocks', '1,1'];
  json(folder, 'backbone', 'build', 'nafnet', ...size, '-o', 'host.onnx');
  json(folder, 'adapter', 'init', 'host.onnx', '-o', 'rain', '--labels', 'rain+haze');
  json(folder, 'apply', 'host.onnx', '--adapter', './rain', '-o', 'local.onnx');
  server.commit('me/host', { 'model.onnx': bytes('host.onnx'), 'README.md': 'A host' });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  server.faults = {};
});

describe('graft with model hub names', () => {
  it('pushes an adapter and grafts from the hub exactly as from the folder', async () => {
    const pushed = await hub({ HF_TOKEN: hubToken }, 'adapter', 'push', 'hf:me/rain', 'rain');
    expect(pushed).toMatchObject({ status: 0 });
    expect(pushed.stderr).toContain(`${server.endpoint}/me/rain, branch main; uploading:`);
    expect(pushed.stderr).toContain('adapter_model.safetensors');
    expect(pushed.stdout).toContain('UNTRAINED adapter rain 0.0.0, in a new repository');
    expect([...server.files('me/rain').keys()].sort()).toEqual([
      '.gitattributes',
      'README.md',
      'adapter_config.json',
      'adapter_model.safetensors',
      'package.json',
    ]);
    const card = String(server.files('me/rain').get('README.md'));
    expect(card).toContain('npx graft apply HOST.onnx --adapter hf:me/rain -o OUT.onnx');
    const pinned = /--adapter (\S+)/.exec(pushed.stdout)![1]!;
    expect(pinned).toMatch(/^hf:me\/rain@[0-9a-f]{40}$/);
    await hubJson('apply', 'hf:me/host', '--adapter', pinned, '-o', 'remote.onnx');
    expect(same('remote.onnx', 'local.onnx')).toBe(true);
  });

  it('does what the guide says', async () => {
    const guide = fileURLToPath(new URL('../../../../docs/guides/adapters.md', import.meta.url));
    const lines = [...readFileSync(guide, 'utf8').matchAll(/^npx graft (.*hf:.*)$/gm)];
    expect(lines).toHaveLength(3);
    const packed = ['-o', 'rain-package', '--name', 'rain-adapter', '--license', 'MIT'];
    json(folder, 'adapter', 'pack', 'rain', ...packed);
    for (const [line, words = ''] of lines) {
      const { status, stderr } = await hub({ HF_TOKEN: hubToken }, ...words.split(' '));
      expect({ line, status, stderr }).toMatchObject({ status: 0 });
    }
    json(folder, 'apply', 'host.onnx', '--adapter', './rain-package', '-o', 'from-folder.onnx');
    expect(same('from-hub.onnx', 'from-folder.onnx')).toBe(true);
    expect(String(server.files('me/rain-adapter').get('README.md'))).toContain('license: mit');
  });

  it('works offline from the cache and sends no request', async () => {
    await hubJson('plan', 'hf:me/host', '--adapter', 'hf:me/rain');
    server.taken();
    const offline = { HF_HUB_OFFLINE: '1' };
    const args = ['apply', 'hf:me/host', '--adapter', 'hf:me/rain', '-o', 'offline.onnx'];
    expect(await hub(offline, ...args)).toMatchObject({ status: 0 });
    expect(same('offline.onnx', 'local.onnx')).toBe(true);
    expect(server.taken()).toEqual([]);
    const absent = await hub(offline, 'inspect', 'hf:me/absent', '--json');
    expect(absent.status).toBe(7);
    expect(JSON.parse(absent.stdout).error).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('uses an adapter with its sensor from a subfolder of a repository', async () => {
    const unet = fileURLToPath(new URL('../../../adapter-unet/', import.meta.url));
    const host = fileURLToPath(new URL('../../../backbone-unet/model.onnx', import.meta.url));
    const name = 'hf:me/adapters/unet';
    const pushed = await hub({ HF_TOKEN: hubToken }, 'adapter', 'push', name, unet);
    expect(pushed).toMatchObject({ status: 0 });
    expect([...server.files('me/adapters').keys()]).toContain('unet/sensor/sensor_config.json');
    const info = await hubJson('adapter', 'info', name);
    expect(info).toMatchObject({ name: '@pip-graft/adapter-unet' });
    await hubJson('apply', host, '--adapter', name, '--auto', '-o', 'remote-unet.onnx');
    json(folder, 'apply', host, '--adapter', unet, '--auto', '-o', 'local-unet.onnx');
    expect(same('remote-unet.onnx', 'local-unet.onnx')).toBe(true);
  });

  it('opens a model with external data by its file name', async () => {
    const opened = openModel(join(folder, 'local.onnx'));
    await saveExternalized(opened.model, join(folder, 'out.onnx'));
    opened.close();
    const data = readdirSync(folder).filter((name) => /^out\.onnx.+/.test(name));
    expect(data).toHaveLength(1);
    server.commit('me/split', {
      'onnx/out.onnx': bytes('out.onnx'),
      [`onnx/${data[0]}`]: bytes(data[0]!),
    });
    const image = fileURLToPath(new URL('../../../../assets/chelsea.jpg', import.meta.url));
    const tile = ['--tile', '64', '--degradation', 'rain'];
    await hubJson('restore', 'hf:me/split/onnx/out.onnx', image, '-o', 'restored', ...tile);
    json(folder, 'restore', 'out.onnx', image, '-o', 'expected', ...tile);
    expect(same('restored/chelsea.jpg', 'expected/chelsea.jpg')).toBe(true);
    const none = await hub({}, 'restore', 'hf:me/split', image, '-o', 'none');
    expect(none).toMatchObject({ status: 7, stderr: expect.stringContaining("'model.onnx'") });
  });

  it('imports a checkpoint, resuming a download that broke off halfway', async () => {
    const file = fileURLToPath(new URL('../../../../test/checkpoints/nafnet.pth', import.meta.url));
    server.commit('me/nafnet', { 'old/nafnet.bin': readFileSync(file) });
    const args = ['backbone', 'import', 'hf:me/nafnet/old/nafnet.bin', '-o', 'imported.onnx'];
    server.faults = { cutAt: 1000 };
    const cut = await hub({}, ...args);
    expect(cut).toMatchObject({ status: 7, stderr: expect.stringContaining('run it again') });
    server.faults = {};
    server.requests.splice(0);
    const whole = await hub({}, ...args);
    expect(whole).toMatchObject({ status: 0, stderr: expect.stringContaining('downloading') });
    expect(server.requests.map(({ range }) => range)).toContain('bytes=1000-');
    json(folder, 'backbone', 'import', file, '-o', 'from-file.onnx');
    expect(same('imported.onnx', 'from-file.onnx')).toBe(true);
  });

  it('opens a restorer in a program', async () => {
    server.commit('me/restorer', { 'model.onnx': bytes('local.onnx') });
    const notes: string[] = [];
    await using restorer = await Restorer.open('hf:me/restorer', {
      hub: { environment: environment(), onNote: (line) => notes.push(line) },
    });
    expect(restorer.labels).toEqual(['rain', 'haze']);
    expect(notes).toEqual([expect.stringMatching(/^hf:me\/restorer: downloading 1 files/)]);
  });

  it('writes nothing into the hub cache', async () => {
    const name = 'hf:me/restorer';
    const before = bytes('local.onnx');
    const { path } = (await hubJson('check', name)) as { path?: string };
    const swapped = await hub({}, 'swap', name, '--adapter', 'init:labels=noise');
    expect(swapped).toMatchObject({
      status: 7,
      stderr: expect.stringContaining('it is in the cache of a model hub; choose another name'),
    });
    const repository = join(cache(), 'models--me--restorer', 'snapshots');
    const [commit] = readdirSync(repository);
    const target = path ?? join(repository, commit!, 'model.onnx');
    expect(graft(folder, 'apply', 'host.onnx', '--adapter', 'init', '-o', target).status).toBe(7);
    expect(readFileSync(target)).toEqual(before);
  });

  it.each([
    [2, 'INVALID_ARGUMENT', 'hf:me/../x'],
    [7, 'NOT_FOUND', 'hf:me/host@v9'],
    [7, 'READ_FAILED', 'hf:me/hidden'],
  ])('exits with %i, %s for %s', async (status, code, name) => {
    server.commit('me/hidden', { 'model.onnx': bytes('host.onnx') }, { hidden: true });
    const ended = await hub({}, 'inspect', name, '--json');
    expect(ended.status).toBe(status);
    expect(JSON.parse(ended.stdout).error.code).toBe(code);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('requires a token to push', async () => {
    const ended = await hub({}, 'adapter', 'push', 'hf:me/no', 'rain');
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining('HF_TOKEN') });
    const folderOf = await hub({ HF_TOKEN: hubToken }, 'adapter', 'push', 'hf:me/no', 'cache');
    expect(folderOf.status).not.toBe(0);
    expect(server.files('me/no').size).toBe(0);
  });
});

describe('a package as a model', () => {
  it('resolves to its model.onnx wherever a model is expected', () => {
    expect(json(folder, 'inspect', '@pip-graft/backbone-nafnet-tiny')).toMatchObject({
      family: 'nafnet',
    });
    const absent = graft(folder, 'restore', '@me/absent', 'a.png', '-o', 'x');
    expect(absent).toMatchObject({
      status: 7,
      stderr: expect.stringContaining('no installed package with a model.onnx; check the path'),
    });
  });
});

describe('graft convert with model hub names', () => {
  it('locks the commit of a checkpoint', async () => {
    const file = fileURLToPath(new URL('../../../../test/checkpoints/nafnet.pth', import.meta.url));
    const commit = server.commit('me/weights', { 'nafnet.pth': readFileSync(file) });
    const checkpoint = 'hf:me/weights/nafnet.pth';
    const jobs = [{ name: 'net', source: { checkpoint }, output: 'net.onnx' }];
    writeFileSync(join(folder, 'weights.json'), JSON.stringify({ jobs }));
    await hubJson('convert', '-c', 'weights.json');
    const { inputs } = JSON.parse(String(bytes('weights.lock.json'))).jobs.net;
    expect(inputs).toEqual({
      [checkpoint]: `commit:${commit}`,
      [`${checkpoint}: nafnet.pth`]: expect.stringMatching(/^sha256:/),
    });
    json(folder, 'backbone', 'import', file, '-o', 'from-file.onnx');
    expect(same('net.onnx', 'from-file.onnx')).toBe(true);
    server.commit('me/weights', { 'nafnet.pth': 'another' });
    expect(await hub({}, 'convert', '-c', 'weights.json', '--frozen')).toMatchObject({ status: 0 });
  });

  it('locks commits and uses the locked ones with --frozen', async () => {
    cpSync(join(folder, 'rain'), join(folder, 'other'), { recursive: true });
    const first = server.commit('me/moving', {
      'model.onnx': bytes('host.onnx'),
      'note.txt': 'first',
    });
    const config = {
      jobs: [
        {
          name: 'derain',
          source: { onnx: 'hf:me/moving' },
          adapters: ['hf:me/rain'],
          output: 'converted.onnx',
        },
      ],
    };
    writeFileSync(join(folder, 'graft.config.json'), JSON.stringify(config));
    const lock = (): Record<string, string> =>
      JSON.parse(String(bytes('graft.lock.json'))).jobs.derain.inputs;
    await hubJson('convert');
    expect(same('converted.onnx', 'local.onnx')).toBe(true);
    expect(lock()).toEqual({
      'adapter rain 0.0.0': expect.stringMatching(/^sha256:/),
      'hf:me/moving': `commit:${first}`,
      'hf:me/moving: model.onnx': expect.stringMatching(/^sha256:/),
      'hf:me/rain': expect.stringMatching(/^commit:[0-9a-f]{40}$/),
    });
    const second = server.commit('me/moving', {
      'model.onnx': bytes('host.onnx'),
      'note.txt': 'second',
    });
    server.taken();
    const frozen = await hub({}, 'convert', '--frozen', '--no-cache');
    expect(frozen).toMatchObject({ status: 0 });
    expect(server.taken()).toEqual([]);
    rmSync(cache(), { recursive: true });
    expect(await hub({}, 'convert', '--frozen')).toMatchObject({ status: 0 });
    expect(lock()['hf:me/moving']).toBe(`commit:${first}`);
    await hubJson('convert');
    expect(lock()['hf:me/moving']).toBe(`commit:${second}`);
  });
});
