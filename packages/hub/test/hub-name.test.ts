import { hubText, isHubName, parseHubName } from '@pip-graft/hub';
import { describe, expect, it } from 'vitest';

const commit = '0123456789abcdef0123456789abcdef01234567';

describe('parseHubName', () => {
  it.each([
    ['hf:me/rain', { repository: 'me/rain', revision: 'main', path: '' }],
    ['hf:me/rain/', { repository: 'me/rain', revision: 'main', path: '' }],
    ['hf:me/rain@v1.0', { repository: 'me/rain', revision: 'v1.0', path: '' }],
    [`hf:me/rain@${commit}/a`, { repository: 'me/rain', revision: commit, path: 'a' }],
    ['hf:me/rain/a/b.onnx', { repository: 'me/rain', revision: 'main', path: 'a/b.onnx' }],
    ['hf:Me.x/r_1@refs/pr/7/a', { repository: 'Me.x/r_1', revision: 'refs/pr/7', path: 'a' }],
  ])('reads %s', (text, expected) => {
    expect(parseHubName(text)).toEqual(expected);
    expect(parseHubName(hubText(parseHubName(text)))).toEqual(expected);
  });

  it.each([
    'hf:',
    'hf:rain',
    'hf:/rain',
    'hf:me/',
    'hf:../rain',
    'hf:me/..',
    'hf:me/.',
    'hf:me/a--b',
    'hf:me/rain@',
    'hf:me/rain@..',
    'hf:me/rain@../../x',
    'hf:me/rain@a..b',
    'hf:me/rain@-x',
    'hf:me/rain/../x',
    'hf:me/rain/a/../../x',
    'hf:me/rain//x',
    'hf:me/rain/./x',
    'hf:me/rain/a\\..\\x',
    'hf:me/rain/C:x',
    'hf:me/rain/a\0b',
    'hf:me/rain/a\nb',
    'hf:me/rain/.. ',
    'hf:me/rain/...',
    'hf:me\\x/rain',
    `hf:me/${'a'.repeat(2000)}`,
  ])('rejects %j', (text) => {
    expect(() => parseHubName(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('write hf:owner/name'),
      }),
    );
  });

  it('tells a hub name from a path or a package', () => {
    expect(isHubName('hf:anything')).toBe(true);
    for (const text of ['./hf', '@me/hf', 'hf/x', 'C:/hf:x', 'init:labels=rain'])
      expect(isHubName(text)).toBe(false);
  });
});
