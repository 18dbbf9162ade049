import { describe, expect, test } from 'vitest';
import { parseDegrade, parseMap } from '../../src/options/parse-weights.ts';

describe('parseDegrade', () => {
  test.each([
    ['noise:50', { degradation: 'noise', amount: 50 }],
    ['noise', { degradation: 'noise', amount: 25 }],
    ['haze : 0.75', { degradation: 'haze', amount: 0.75 }],
    ['low-light', { degradation: 'low-light', amount: 0.3 }],
  ])('%s', (text, degradation) => {
    expect(parseDegrade(text)).toEqual(degradation);
  });

  test.each([
    ['snow:1', 'UNKNOWN_LABEL', /use one of noise, rain, haze, blur, low-light/],
    ['', 'UNKNOWN_LABEL', /''/],
    ['noise:', 'INVALID_ARGUMENT', /deviation on the scale 0 to 255.*noise:25/],
    ['noise:a', 'INVALID_ARGUMENT', /expected noise:NUMBER/],
    ['noise:1:2', 'INVALID_ARGUMENT', /expected noise:NUMBER/],
    ['noise:-1', 'INVALID_ARGUMENT', /amount -1 .* use 0 to 255/],
    ['blur:Infinity', 'INVALID_ARGUMENT', /expected blur:NUMBER/],
    ['blur:0x10', 'INVALID_ARGUMENT', /expected blur:NUMBER/],
  ])('%j: %s', (text, code, message) => {
    expect(() => parseDegrade(text)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describe('parseMap', () => {
  test('reads labels by task', () => {
    expect(parseMap('derain=rain, derain/ddn = haze')).toEqual({
      derain: 'rain',
      'derain/ddn': 'haze',
    });
  });

  test.each(['', 'derain', '=rain', 'derain=', 'a=b=c', 'a=b,', 'a=b,a=c'])(
    'rejects %j',
    (text) => {
      expect(() => parseMap(text)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    },
  );
});
