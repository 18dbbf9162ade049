import { readFileSync } from 'node:fs';
import { pathText } from '@pip-graft/graft/files';

/**
 * Arguments with the bytes that the caller passed. Node replaces each byte that is not UTF-8 by a
 * replacement character, so that an output would get another name than was asked for. Linux keeps
 * the bytes; elsewhere, names are UTF-8.
 */
export function exactArguments(
  argv: readonly string[],
  read: () => Uint8Array = () => readFileSync('/proc/self/cmdline'),
): readonly string[] {
  if (!argv.some((word) => word.includes('\ufffd'))) return argv;
  let bytes: Uint8Array;
  try {
    bytes = read();
  } catch {
    return argv;
  }
  const words = splitAtZeros(bytes).slice(-argv.length);
  // A program may have started this one with other arguments, as in a thread.
  const isSame =
    words.length === argv.length && words.every((word, at) => lossy(word) === argv[at]);
  return isSame ? words.map(pathText) : argv;
}

function splitAtZeros(bytes: Uint8Array): Uint8Array[] {
  const words: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0, from);
    words.push(bytes.subarray(from, end < 0 ? bytes.length : end));
    from = end < 0 ? bytes.length : end + 1;
  }
  return words;
}

function lossy(word: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(word);
}
