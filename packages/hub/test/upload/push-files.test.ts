import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HubOptions, parseHubName, pushFiles } from '@pip-graft/hub';
import { HubServer, hubToken } from '@pip-graft/test-utils';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

let server: HubServer;
const cache = mkdtempSync(join(tmpdir(), 'graft-hub-'));
beforeAll(async () => {
  server = await new HubServer().start();
});
afterAll(async () => {
  await server.close();
  rmSync(cache, { recursive: true });
});
beforeEach(() => {
  server.faults = {};
  server.requests.splice(0);
});

const environment = (more: Record<string, string> = {}): HubOptions => ({
  environment: {
    HF_ENDPOINT: server.endpoint,
    HF_HUB_CACHE: cache,
    HF_TOKEN: hubToken,
    ...more,
  },
});
const files = new Map<string, string | Uint8Array>([
  ['README.md', '# Rain'],
  ['a/model.safetensors', new Uint8Array(70_000).fill(3)],
]);
const push = (text: string, more: object = {}, options = environment()) =>
  pushFiles(parseHubName(text), files, { ...options, title: 'Upload', ...more });
const contents = (name: string) =>
  Object.fromEntries([...server.files(name)].map(([path, bytes]) => [path, bytes.length]));

describe('pushFiles', () => {
  it('creates the repository and uploads in one commit, with the token only for the endpoint', async () => {
    const pushed = await push('hf:me/new');
    expect(pushed).toEqual({
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      created: true,
      removed: [],
      url: `${server.endpoint}/me/new`,
    });
    expect(contents('me/new')).toEqual({
      '.gitattributes': 0,
      'README.md': 6,
      'a/model.safetensors': 70_000,
    });
    const seen = (name: string) =>
      server.requests.filter((each) => each.server === name).map((each) => each.authorization);
    expect(new Set(seen('hub'))).toEqual(new Set([`Bearer ${hubToken}`]));
    expect(seen('storage')).toEqual([undefined]);
  });

  it('adds to an existing repository and removes stale files', async () => {
    server.commit('me/old', { 'a/old.json': '{}', 'notes.txt': 'kept' });
    const pushed = await push('hf:me/old', { stale: ['a/old.json', 'a/never.json'] });
    expect(pushed.created).toBe(false);
    expect(pushed.removed).toEqual(['a/old.json']);
    expect(Object.keys(contents('me/old')).sort()).toEqual([
      'README.md',
      'a/model.safetensors',
      'notes.txt',
    ]);
    expect(server.taken()).not.toContain('POST /api/repos/create');
  });

  it('reports progress in bytes', async () => {
    const totals: number[] = [];
    const card = new Map([['README.md', '# Grün']]);
    await pushFiles(parseHubName('hf:me/bytes'), card, {
      ...environment(),
      title: 'Card',
      onProgress: ({ total }) => totals.push(total),
    });
    expect(totals).toEqual([7, 7]);
    expect(contents('me/bytes')['README.md']).toBe(7);
  });

  it('creates a private repository on request', async () => {
    await push('hf:me/hidden', { private: true });
    const response = await fetch(`${server.endpoint}/api/models/me/hidden`);
    expect(response.status).toBe(401);
  });

  it.each([
    ['INVALID_ARGUMENT', 'needs a token', 'hf:me/no', { HF_TOKEN: '' }],
    ['INVALID_ARGUMENT', 'HF_HUB_OFFLINE', 'hf:me/no', { HF_HUB_OFFLINE: '1' }],
    ['INVALID_ARGUMENT', 'cannot be changed', `hf:me/no@${'a'.repeat(40)}`, {}],
    ['WRITE_FAILED', 'does not accept HF_TOKEN', 'hf:me/no', { HF_TOKEN: 'hf_wrong' }],
    ['WRITE_FAILED', 'cannot be reached', 'hf:me/no', { HF_ENDPOINT: 'http://127.0.0.1:9' }],
  ])('ends with %s: %s', async (code, text, name, more) => {
    const request = push(name, {}, environment(more));
    await expect(request).rejects.toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) }),
    );
    expect(server.files('me/no').size).toBe(0);
  });

  it('reports a missing branch', async () => {
    server.commit('me/branch', { 'a.txt': 'a' });
    await expect(push('hf:me/branch@dev')).rejects.toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', message: expect.stringContaining('revision') }),
    );
    expect(contents('me/branch')).toEqual({ 'a.txt': 1 });
  });
});
