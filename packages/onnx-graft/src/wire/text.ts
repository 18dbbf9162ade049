/**
 * Names in model files should be UTF-8 and sometimes are not. A byte that is not part of UTF-8
 * becomes a lone surrogate, U+DC80 to U+DCFF, as with Python's `surrogateescape`, so that every
 * name is written back with its original bytes.
 */
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
const utf8 = new TextEncoder();

/** First of the code units for bytes 0x80 to 0xff, minus 0x80. */
const firstEscape = 0xdc00;

/** Code units per call. */
const most = 4096;

/** A lone surrogate, which well-formed text never holds. */
const escaped = /[\udc80-\udcff]/u;

/** Decodes bytes, UTF-8 or not. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeLoose(bytes);
  }
}

/** Encodes a text, including bytes that were not UTF-8. */
export function encodeText(text: string): Uint8Array {
  if (!escaped.test(text)) return utf8.encode(text);
  const out = new Uint8Array(3 * text.length);
  let at = 0;
  for (const part of text.split(/([\udc80-\udcff]+)/u)) {
    if (escaped.test(part)) for (const char of part) out[at++] = char.charCodeAt(0) - firstEscape;
    else at += utf8.encodeInto(part, out.subarray(at)).written;
  }
  return out.slice(0, at);
}

/** Whether a text was valid UTF-8 in its file. */
export function isUtf8(text: string): boolean {
  return !escaped.test(text);
}

/** Keeps valid UTF-8, and escapes every other byte. */
function decodeLoose(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const from = at;
    for (let size = lengthAt(bytes, at); size > 0; size = lengthAt(bytes, at)) at += size;
    if (at > from) parts.push(strict.decode(bytes.subarray(from, at)));
    const bad = at;
    while (at < bytes.length && at - bad < most && lengthAt(bytes, at) === 0) at++;
    const units = Array.from(bytes.subarray(bad, at), (byte) => firstEscape + byte);
    if (at > bad) parts.push(String.fromCharCode(...units));
  }
  return parts.join('');
}

/** Length in bytes of the character at a position (RFC 3629); 0 if there is none. */
function lengthAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0xff;
  if (lead < 0x80) return 1;
  const size = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (let i = 1; i < size; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1]!;
  // Overlong forms, surrogates, and code points past U+10FFFF.
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xf0 && second < 0x90)) return 0;
  return (lead === 0xed && second >= 0xa0) || (lead === 0xf4 && second >= 0x90) ? 0 : size;
}
