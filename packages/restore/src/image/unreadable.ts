import { bytesSource, GraftError, identifyFile } from '@pip-graft/onnx-graft';

/** What a decoder reads: by the names of `identifyFile`, and in words. */
export interface Decoder {
  readonly kinds: ReadonlySet<string>;
  readonly expected: string;
}

/** sharp, in Node. */
export const nodeDecoder: Decoder = {
  kinds: new Set(['png', 'jpeg', 'webp', 'tiff', 'avif', 'gif', 'svg']),
  expected: 'a PNG, JPEG, WebP, TIFF or AVIF file',
};

/**
 * Returns the error for a file that cannot be read as an image: it says what the file is, or the
 * decoder's reason in one line.
 */
export function unreadable(
  label: string,
  bytes: Uint8Array,
  cause: unknown,
  { kinds, expected }: Decoder = nodeDecoder,
): GraftError {
  const kind = identifyFile(bytesSource(bytes, label));
  const text = cause instanceof Error ? cause.message : String(cause);
  const said = text.split('\n', 1)[0]!.replace(/^Input [Bb]uffer /, 'the file ');
  // libvips' own reason after the colon may be empty.
  const why = /has corrupt header:?\s*$/.test(said)
    ? 'its header is damaged or the file is truncated'
    : said;
  // For a file of a kind that it reads, the decoder's own reason is better.
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
