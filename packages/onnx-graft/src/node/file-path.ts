import { readdirSync } from 'node:fs';
import { decodeText, encodeText, isUtf8 } from '../wire/text.ts';

/**
 * A path as Node's file functions take it. A name that is not UTF-8 is kept in a text as
 * {@link listNames} reads it, and must be passed as bytes.
 */
export function filePath(path: string): string | Buffer {
  return isUtf8(path) ? path : Buffer.from(encodeText(path));
}

/** A path that Node returned as bytes. */
export function pathText(bytes: Uint8Array): string {
  return decodeText(bytes);
}

/** The names in a folder, those that are not UTF-8 included; see {@link filePath}. */
export function listNames(folder: string): string[] {
  return readdirSync(filePath(folder), { encoding: 'buffer' }).map(pathText);
}
