import type { FileKind } from './file-kind.ts';

/** How much of a text a message quotes. */
const quoted = 60;

/** A file that is text, by how it begins; undefined for one that is not. */
export function identifyText(head: Uint8Array): FileKind | undefined {
  const text = decode(head)?.trimStart();
  if (text === undefined || text === '') return undefined;
  const again = 'the download may have failed: open the address in a browser and download it again';
  if (/^<(!doctype html|html|head|body|meta|script)/i.test(text)) {
    return { name: 'a web page', advice: again };
  }
  if (/^(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<svg/is.test(text)) {
    return { name: 'an SVG drawing', image: 'svg' };
  }
  if (text.startsWith('<')) return { name: 'an XML document', advice: again };
  if (/^\{.*"weight_map"/s.test(text)) {
    return {
      name: 'the index of a checkpoint in several safetensors files',
      advice: 'turn it into ONNX with graft backbone import, which reads them as one',
    };
  }
  const quote = text.slice(0, quoted).split(/[\r\n]/, 1)[0]!;
  const name = /^[{[]/.test(text) ? 'JSON' : 'text';
  return { name: `${name} (${quote}${text.length > quote.length ? '…' : ''})`, advice: again };
}

/** undefined for what is no UTF-8, or has characters that texts do not have. */
function decode(head: Uint8Array): string | undefined {
  try {
    // As a stream, since the last character may be cut.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what makes a file binary
    return /[\0-\x08\x0b\x0e-\x1f\x7f-\x9f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
