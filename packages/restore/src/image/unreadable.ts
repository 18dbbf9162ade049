import { bytesSource, GraftError, identifyFile } from '@pip-graft/onnx-graft';

/** What a decoder reads: by the names of `identifyFile`, and in words. */
export interface Decoder {
  readonly kinds: ReadonlySet<string>;
  readonly expected: string;
  /** Formats to convert others to. */
  readonly convertTo: string;
}

/** sharp, in Node. */
export const nodeDecoder: Decoder = {
  kinds: new Set(['png', 'jpeg', 'webp', 'tiff', 'avif', 'gif']),
  expected: 'a PNG, JPEG, WebP, TIFF or AVIF file',
  convertTo: 'PNG, TIFF or JPEG',
};

/**
 * Returns the error for a file that cannot be read as an image: it says what the file is, or the
 * decoder's reason in one line.
 */
export function unreadable(
  label: string,
  bytes: Uint8Array,
  cause: unknown,
  { kinds, expected, convertTo }: Decoder = nodeDecoder,
): GraftError {
  const kind = identifyFile(bytesSource(bytes, label));
  const text = cause instanceof Error ? cause.message : String(cause);
  const said = text
    .split('\n', 1)[0]!
    // Said of any header that libvips cannot use; the reason after it is enough.
    .replace(/^Input buffer has corrupt header: (tiff2vips: )?(?=\S)/, '')
    .replace(/^Input [Bb]uffer /, 'the file ');
  // libvips' own reason after the colon may be empty.
  const why = /has corrupt header:?\s*$/.test(said)
    ? 'its header is damaged or the file is truncated'
    : said;
  // For a file of a kind that it reads, the decoder's own reason is better.
  const read = kinds.has(kind?.image ?? '');
  const reason = kind === undefined || read ? why : `it is ${kind.name}`;
  const known = kind?.image === undefined ? kind?.advice : `convert it to ${convertTo} first`;
  const advice = read ? again : (known ?? `expected ${expected}`);
  return new GraftError('CORRUPT_FILE', `${label}: not a readable image (${reason}); ${advice}.`, {
    cause,
  });
}

/** What to do about a file of a format that is read: it is damaged, or of a kind that is rare. */
const again = 'copy or download it again, or export it as a PNG in sRGB with 8 or 16 bits';
