import type { FileKind } from './file-kind.ts';

/** `it is a web page; the download may have failed`, for a message. */
export function spellKind({ name, advice }: FileKind): string {
  return advice === undefined ? `it is ${name}` : `it is ${name}; ${advice}`;
}
