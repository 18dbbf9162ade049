import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchFiles, type HubOptions, parseHubName } from '@pip-graft/hub';
import { temporaryPath } from '@pip-graft/onnx-graft/node';
import { HubServer, hubToken } from '@pip-graft/test-utils';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const weights = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) % 251));
const files = { 'config.json': '{}', 'model.safetensors': weights };
const wanted = { required: ['model.safetensors', 'config.json'], optional: ['README.md'] };

let server: HubServer;
let cache: string;
beforeAll(async () => {
  server = await new HubServer().start();
});
afterAll(() => server.close());
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'graft-hub-'));
  server.faults = {};
  server.taken();
});
afterEach(() => rmSync(cache, { recursive: true }));

const environment = (more: Record<string, string> = {}): HubOptions => ({
  environment: { HF_ENDPOINT: server.endpoint, HF_HUB_CACHE: cache, ...more },
});
const get = (text: string, options: HubOptions = environment()) =>
  fetchFiles(parseHubName(text), wanted, options);
const blobs = (name: string): string[] => {
  const folder = join(cache, `models--${name.replace('/', '--')}`, 'blobs');
  return existsSync(folder) ? readdirSync(folder) : [];
};
const fails = (code: string, ...texts: string[]) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(
      new RegExp(`^hf:[^\\n]*${texts.map((text) => `${text}[^\\n]*`).join('')}$`),
    ),
  });

describe('fetchFiles', () => {
  it("downloads into the hub's layout, with links to blobs", async () => {
    const commit = server.commit('me/fresh', { ...files, 'big.bin': 'not wanted' });
    const notes: string[] = [];
    const progress: number[] = [];
    const snapshot = await get('hf:me/fresh', {
      ...environment(),
      onNote: (line) => notes.push(line),
      onProgress: ({ done, total }) => progress.push(done / total),
    });
    const repository = join(cache, 'models--me--fresh');
    expect(snapshot).toEqual({ folder: join(repository, 'snapshots', commit), commit });
    expect(readFileSync(join(snapshot.folder, 'model.safetensors'))).toEqual(weights);
    expect(lstatSync(join(snapshot.folder, 'config.json')).isSymbolicLink()).toBe(true);
    expect(readdirSync(snapshot.folder).sort()).toEqual(['config.json', 'model.safetensors']);
    expect(readFileSync(join(repository, 'refs', 'main'), 'utf8')).toBe(commit);
    expect(blobs('me/fresh').every((name) => /^[0-9a-f]{40,64}$/.test(name))).toBe(true);
    expect(notes).toEqual([`hf:me/fresh: downloading 2 files, 0.2 MB, of commit ${commit}`]);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
  });

  it('downloads in the order asked for, what makes it complete last', async () => {
    const commit = server.commit('me/order', { b: 'b', a: 'a', c: 'c' });
    const order = { required: ['c', 'a'], optional: ['b', 'none', 'a'] };
    await fetchFiles(parseHubName('hf:me/order'), order, environment());
    const files = server.taken().filter((line) => line.includes('/resolve/'));
    expect(files.map((line) => line.replace(/^.*\//, ''))).toEqual(['b', 'a', 'c']);
    expect(files[0]).toContain(commit);
  });

  it('needs no request for a cached commit, and one for a branch', async () => {
    const commit = server.commit('me/twice', files);
    await get('hf:me/twice');
    server.taken();
    const again = await get(`hf:me/twice@${commit}`);
    expect(server.taken()).toEqual([]);
    expect(again.commit).toBe(commit);
    await get('hf:me/twice', environment({ HF_HUB_OFFLINE: '1' }));
    expect(server.taken()).toEqual([]);
    await get('hf:me/twice');
    expect(server.taken()).toEqual(['GET /api/models/me/twice/revision/main']);
  });

  it('downloads only what a new commit changed', async () => {
    server.commit('me/moved', files);
    const before = await get('hf:me/moved');
    server.commit('me/moved', { ...files, 'config.json': '{"a":1}' });
    server.taken();
    const after = await get('hf:me/moved');
    expect(server.taken().filter((line) => line.includes('resolve'))).toHaveLength(1);
    expect(readFileSync(join(after.folder, 'config.json'), 'utf8')).toBe('{"a":1}');
    expect(readFileSync(join(before.folder, 'config.json'), 'utf8')).toBe('{}');
  });

  it('resumes a download where it stopped', async () => {
    server.commit('me/resume', files);
    server.faults = { cutAt: 60_000 };
    await expect(get('hf:me/resume')).rejects.toThrow(fails('READ_FAILED', 'the download stopped'));
    expect(existsSync(join(cache, 'models--me--resume', 'snapshots'))).toBe(false);
    server.faults = {};
    server.requests.splice(0);
    const { folder } = await get('hf:me/resume');
    const ranges = server.requests.flatMap(({ server: from, range }) =>
      from === 'storage' ? [range] : [],
    );
    expect(ranges).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
    expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(weights);
    expect(blobs('me/resume').filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it.each([
    ['does not support ranges', false],
    ['has no such range', 'none of them'],
    ['answers with another range', 'wrong'],
  ] as const)('starts over with a hub that %s', async (_how, ranges) => {
    const name = `me/whole-${String(ranges).replaceAll(' ', '-')}`;
    server.commit(name, files);
    server.faults = { cutAt: 60_000 };
    await expect(get(`hf:${name}`)).rejects.toThrow();
    server.faults = { ranges };
    const { folder } = await get(`hf:${name}`);
    expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(weights);
  });

  it("resumes a killed process's download and leaves a running one's alone", async () => {
    server.commit('me/killed', files);
    server.faults = { cutAt: 60_000 };
    await expect(get('hf:me/killed')).rejects.toThrow();
    server.faults = {};
    const folder = join(cache, 'models--me--killed', 'blobs');
    const part = blobs('me/killed').find((name) => name.endsWith('.part'))!;
    const blob = join(folder, part.slice(1, -'.part'.length));
    const running = temporaryPath(blob);
    // The same machine and process id, but another start time: that process is gone.
    const killed = temporaryPath(blob).replace(/\.(\d+)-[0-9a-z]+-/, '.$1-zzz-');
    renameSync(join(folder, part), killed);
    writeFileSync(running, 'of another');
    server.requests.splice(0);
    await get('hf:me/killed');
    expect(server.requests.some(({ range }) => range !== undefined)).toBe(true);
    expect(existsSync(killed)).toBe(false);
    expect(readFileSync(running, 'utf8')).toBe('of another');
  });

  it('rejects and removes content with another digest', async () => {
    server.commit('me/other', files);
    server.faults = { content: (bytes) => Buffer.from(bytes).fill(1, 100, 101) };
    await expect(get('hf:me/other')).rejects.toThrow(
      fails('CORRUPT_FILE', 'model.safetensors', 'its digest is', 'it was removed'),
    );
    expect(blobs('me/other')).toEqual([]);
    server.faults = {};
    await get('hf:me/other');
  });

  it('rejects content longer than announced, before it is all there', async () => {
    server.commit('me/longer', files);
    server.faults = { content: (bytes) => Buffer.concat([bytes, bytes]) };
    await expect(get('hf:me/longer')).rejects.toThrow(fails('CORRUPT_FILE', 'longer than'));
    expect(blobs('me/longer')).toEqual([]);
  });

  it('checks small files by their Git digest', async () => {
    server.commit('me/small', files);
    server.faults = {
      entry: (entry) => ('lfs' in entry ? entry : { ...entry, oid: 'a'.repeat(40) }),
    };
    await expect(get('hf:me/small')).rejects.toThrow(fails('CORRUPT_FILE', 'config.json'));
  });

  it.each([
    ['../x', {}],
    ['/etc/passwd', {}],
    ['config.json', { oid: '../../x' }],
    ['config.json', { size: -1 }],
    ['config.json', { lfs: { oid: '../../../x', size: 2 } }],
  ])('writes nothing for a listing with %s %j', async (path, more) => {
    server.commit('me/escape', files);
    server.faults = { entry: (entry) => (entry['lfs'] ? entry : { ...entry, path, ...more }) };
    await expect(get('hf:me/escape')).rejects.toThrow(
      fails('UNSAFE_FILE', 'nothing was downloaded'),
    );
    expect(readdirSync(cache)).toEqual([]);
  });

  it('writes a symbolic link of the repository as plain text', async () => {
    // Git stores a link's target as its content, and the hub serves that.
    server.commit('me/link', { ...files, 'config.json': '../../../../etc/passwd' });
    const { folder } = await get('hf:me/link');
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('../../../../etc/passwd');
  });

  it('rejects files that lead out of the repository', async () => {
    const request = fetchFiles(parseHubName('hf:me/out'), { required: ['../x'] }, environment());
    await expect(request).rejects.toThrow(fails('UNSAFE_FILE', 'leads out'));
    expect(server.taken()).toEqual([]);
  });

  it('says what is missing', async () => {
    server.commit('me/parts', { 'config.json': '{}' });
    await expect(get('hf:me/parts')).rejects.toThrow(
      fails('NOT_FOUND', "there is no 'model.safetensors' at commit"),
    );
    await expect(get('hf:me/parts@v9')).rejects.toThrow(fails('NOT_FOUND', 'no such revision'));
    const token = environment({ HF_TOKEN: hubToken });
    await expect(get('hf:me/nothing', token)).rejects.toThrow(
      fails('NOT_FOUND', 'no such repository'),
    );
    expect(readdirSync(cache)).toEqual([]);
  });

  it('asks for a token if one is needed, and sends it only to the endpoint', async () => {
    server.commit('me/private', files, { hidden: true });
    await expect(get('hf:me/private')).rejects.toThrow(fails('READ_FAILED', 'set HF_TOKEN'));
    const wrong = environment({ HF_TOKEN: 'hf_wrong' });
    await expect(get('hf:me/private', wrong)).rejects.toThrow(
      fails('READ_FAILED', 'does not accept HF_TOKEN'),
    );
    server.requests.splice(0);
    await get('hf:me/private', environment({ HF_TOKEN: hubToken }));
    const seen = (name: string) =>
      server.requests.filter((each) => each.server === name).map((each) => each.authorization);
    expect(new Set(seen('hub'))).toEqual(new Set([`Bearer ${hubToken}`]));
    expect(seen('storage')).toEqual([undefined]);
  });

  it('names the conditions of a gated repository, with a token and without', async () => {
    server.commit('me/gated', files);
    for (const status of [401, 403]) {
      server.faults = { status, code: 'GatedRepo' };
      await expect(get('hf:me/gated')).rejects.toThrow(
        fails('READ_FAILED', 'accept conditions; accept them on the page', 'set HF_TOKEN'),
      );
    }
  });

  it('uses the cache without a network, and says so', async () => {
    const commit = server.commit('me/gone', files);
    await get('hf:me/gone');
    const notes: string[] = [];
    const nowhere = { ...environment({ HF_ENDPOINT: 'http://127.0.0.1:9' }) };
    const found = await get('hf:me/gone', { ...nowhere, onNote: (line) => notes.push(line) });
    expect(found.commit).toBe(commit);
    expect(notes).toEqual([
      `hf:me/gone: the hub cannot be reached; using commit ${commit} from the cache.`,
    ]);
    server.faults = { status: 429 };
    await expect(get('hf:me/never')).rejects.toThrow(
      fails('READ_FAILED', 'answered 429 \\(too many requests\\); try again later, or set HF_HUB'),
    );
    server.faults = { status: 503 };
    expect((await get('hf:me/gone')).commit).toBe(commit);
    await expect(get('hf:me/never', nowhere)).rejects.toThrow(
      fails('READ_FAILED', 'cannot be reached', 'check the network'),
    );
    await expect(get('hf:me/never')).rejects.toThrow(fails('READ_FAILED', 'answered 503'));
    const offline = environment({ HF_HUB_OFFLINE: '1' });
    await expect(get('hf:me/never', offline)).rejects.toThrow(
      fails('NOT_FOUND', 'HF_HUB_OFFLINE is set'),
    );
  });

  it('does not treat a snapshot that lacks a file as complete', async () => {
    const commit = server.commit('me/half', files);
    const { folder } = await get('hf:me/half');
    rmSync(join(folder, 'model.safetensors'));
    server.taken();
    const again = await get(`hf:me/half@${commit}`);
    expect(readFileSync(join(again.folder, 'model.safetensors'))).toEqual(weights);
    expect(server.taken().filter((line) => line.includes('resolve'))).toEqual([]);
  });

  it('stops when aborted and keeps what has arrived', async () => {
    server.commit('me/stop', files);
    const abort = new AbortController();
    const onProgress = (): void => abort.abort();
    const request = get('hf:me/stop', { ...environment(), signal: abort.signal, onProgress });
    await expect(request).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(existsSync(join(cache, 'models--me--stop', 'refs'))).toBe(false);
    expect((await get('hf:me/stop')).folder).toBeTruthy();
  });

  it('reports a cache that cannot be written', async () => {
    server.commit('me/full', files);
    mkdirSync(join(cache, 'models--me--full'));
    writeFileSync(join(cache, 'models--me--full', 'blobs'), 'a file');
    await expect(get('hf:me/full')).rejects.toThrow(
      expect.objectContaining({ code: 'WRITE_FAILED' }),
    );
  });
});
