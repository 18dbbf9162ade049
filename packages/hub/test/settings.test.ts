import { homedir } from 'node:os';
import { join } from 'node:path';
import { hubSettings } from '@pip-graft/hub';
import { describe, expect, it } from 'vitest';

describe('hubSettings', () => {
  it('has the defaults of the hub', () => {
    expect(hubSettings({})).toEqual({
      endpoint: 'https://huggingface.co',
      token: undefined,
      offline: false,
      cache: join(homedir(), '.cache', 'huggingface', 'hub'),
    });
  });

  it.each([
    [{ XDG_CACHE_HOME: '/x' }, join('/x', 'huggingface', 'hub')],
    [{ XDG_CACHE_HOME: '/x', HF_HOME: '/h' }, join('/h', 'hub')],
    [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
    [{ HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '/c' }, '/c'],
    [{ HF_HOME: '/h', HF_HUB_CACHE: '' }, join('/h', 'hub')],
    [{ HF_HUB_CACHE: '~/c' }, `${homedir()}/c`],
  ])('finds the cache of %j', (environment, cache) => {
    expect(hubSettings(environment).cache).toBe(cache);
  });

  it.each([
    ['1', true],
    ['TRUE', true],
    ['yes', true],
    ['0', false],
    ['', false],
  ])('reads HF_HUB_OFFLINE=%s', (text, offline) => {
    expect(hubSettings({ HF_HUB_OFFLINE: text }).offline).toBe(offline);
  });

  it('accepts an endpoint with a path, and drops its trailing slash', () => {
    const { endpoint } = hubSettings({ HF_ENDPOINT: 'https://mirror.test/api/hub/' });
    expect(endpoint).toBe('https://mirror.test/api/hub');
  });

  it.each(['huggingface.co', 'file:///etc', 'https://x.test/?a=1'])('rejects %s', (text) => {
    expect(() => hubSettings({ HF_ENDPOINT: text })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  it('does not print an invalid token', () => {
    let message = '';
    try {
      hubSettings({ HF_TOKEN: 'hf_a secret\nthing' });
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('HF_TOKEN');
    expect(message).not.toContain('secret');
  });
});
