import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeText, encodeText, isUtf8 } from '../../src/wire/text.ts';

test.each([
  ['plain', [0x61, 0x62], 'ab'],
  ['two, three and four bytes', [0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80], 'é€😀'],
  ['a byte order mark', [0xef, 0xbb, 0xbf, 0x61], '\ufeffa'],
])('decodes UTF-8: %s', (_, bytes, text) => {
  expect(decodeText(Uint8Array.from(bytes))).toBe(text);
  expect(isUtf8(text)).toBe(true);
});

test.each([
  ['a lone byte', [0x61, 0xff, 0x62], 'a\udcffb'],
  ['GBK', [0xb5, 0xe3], '\udcb5\udce3'],
  ['a cut character', [0xe2, 0x82], '\udce2\udc82'],
  ['a surrogate as three bytes', [0xed, 0xb2, 0x80], '\udced\udcb2\udc80'],
  ['longer than needed', [0xc0, 0xaf], '\udcc0\udcaf'],
  ['past the last character', [0xf4, 0x90, 0x80, 0x80], '\udcf4\udc90\udc80\udc80'],
])('keeps the bytes of text that is not UTF-8: %s', (_, bytes, text) => {
  expect(decodeText(Uint8Array.from(bytes))).toBe(text);
  expect([...encodeText(text)]).toEqual(bytes);
  expect(isUtf8(text)).toBe(false);
});

test('any bytes survive a round trip, and different bytes give different names', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      expect([...encodeText(decodeText(a))]).toEqual([...a]);
      expect(decodeText(a) === decodeText(b)).toBe(a.join() === b.join());
    }),
  );
});
