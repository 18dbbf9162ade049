import { bytesSource, GraftError, identifyFile } from '@pip-graft/onnx-graft';

/** A decoder: what it reads, by the names of `identifyFile`, and the same in words. */
export interface Decoder {
  readonly kinds: ReadonlySet<string>;
  readonly expected: string;
}

/** sharp, as Node has it. */
export const nodeDecoder: Decoder = {
  kinds: new Set(['png', 'jpeg', 'webp', 'tiff', 'avif', 'gif', 'svg']),
  expected: 'a PNG, JPEG, WebP, TIFF or AVIF file',
};

/** A file that is not an image, or not one that is read: what it is, or the decoder's reason in one line. */
export function unreadable(
  label: string,
  bytes: Uint8Array,
  cause: unknown,
  { kinds, expected }: Decoder = nodeDecoder,
): GraftError {
  const kind = identifyFile(bytesSource(bytes, label));
  const text = cause instanceof Error ? cause.message : String(cause);
  const why = text.split('\n', 1)[0]!.replace(/^Input [Bb]uffer /, 'the file ');
  // Where a file of a kind that the decoder reads fails, the decoder knows why.
  const known = kind !== undefined && !kinds.has(kind.image ?? '');
  const reason = known ? `it is ${kind.name}` : why;
  const convert = 'convert it to PNG, TIFF or JPEG first';
  const advice = known && (kind.image === undefined ? kind.advice : convert);
  return new GraftError(
    'CORRUPT_FILE',
    `${label}: not a readable image (${reason}); ${advice || `expected ${expected}`}.`,
    { cause },
  );
}
