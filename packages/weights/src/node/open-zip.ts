import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type ByteSource, bytesSource, GraftError, pieceSource } from '@pip-graft/onnx-graft';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { checkpointLimits, shownName } from '../checkpoint/checkpoint.ts';

/** The entries of a zip by name. */
export interface Zip {
  readonly names: readonly string[];
  /** An entry's bytes: a part of the zip if stored, inflated into memory if compressed. */
  open(name: string): Promise<ByteSource>;
}

/** Entries of one zip: a storage for every tensor, and a few more. */
const mostEntries = checkpointLimits.tensors + 100;

/**
 * Opens a zip over any source. Errors: `CORRUPT_FILE`, also from an entry whose checksum is wrong
 * when it is first read; `UNSAFE_FILE` for names that lead out of it, `LIMIT_EXCEEDED` for entries
 * that would inflate too much.
 */
export async function openZip(source: ByteSource): Promise<Zip> {
  const { label } = source;
  const zip = await opened(source);
  const entries = await entriesOf(zip, label);
  let left = Math.max(checkpointLimits.inflatedBytes, source.size * checkpointLimits.inflatedRatio);
  return {
    names: [...entries.keys()],
    async open(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw corrupt(label, `it has no entry '${name}'`);
      if (entry.isEncrypted()) throw corrupt(label, `entry '${name}' is encrypted`);
      if (entry.compressionMethod === 0) {
        const start = await dataStart(zip, entry, label);
        const piece = { source, start, end: start + entry.uncompressedSize };
        return checked(pieceSource([piece], label), entry);
      }
      left -= entry.uncompressedSize;
      if (left < 0 || entry.uncompressedSize > checkpointLimits.entryBytes) {
        throw new GraftError(
          'LIMIT_EXCEEDED',
          `${label}: entry '${name}' would grow to ${entry.uncompressedSize} bytes, too much for a file of ${source.size}; store it uncompressed.`,
        );
      }
      return checked(bytesSource(await inflated(zip, entry, label), label), entry);
    },
  };
}

/** Bytes of an entry that are read at once for its checksum. */
const checkedBytes = 8 * 1024 * 1024;

/** An entry's bytes, compared with its checksum before the first of them is used. */
function checked(bytes: ByteSource, { crc32: expected, fileName }: Entry): ByteSource {
  // torch.save writes 0 if checksums are off.
  let isKnown = expected === 0;
  const check = (): void => {
    if (isKnown) return;
    let sum = 0;
    for (let at = 0; at < bytes.size; at += checkedBytes) {
      sum = crc32(bytes.read(at, Math.min(at + checkedBytes, bytes.size)), sum);
    }
    if (sum !== expected) {
      throw corrupt(
        bytes.label,
        `the checksum of entry '${shownName(fileName)}' does not match its bytes, which are damaged; download it again`,
      );
    }
    isKnown = true;
  };
  return {
    ...bytes,
    read(start, end) {
      check();
      return bytes.read(start, end);
    },
    fill(out, start) {
      check();
      return bytes.fill(out, start);
    },
  };
}

class SourceReader extends yauzl.RandomAccessReader {
  readonly #source: ByteSource;
  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const source = this.#source;
    return new Readable({
      read() {
        const size = Math.min(64 * 1024, end - start);
        if (size <= 0) return void this.push(null);
        const bytes = source.read(start, start + size);
        start += size;
        this.push(Buffer.from(bytes));
      },
    });
  }
}

function opened(source: ByteSource): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    const options = { lazyEntries: true, autoClose: false, validateEntrySizes: true } as const;
    yauzl.fromRandomAccessReader(
      new SourceReader(source),
      source.size,
      options,
      (error: Error | null, zip: ZipFile) =>
        error ? reject(corrupt(source.label, error.message)) : resolve(zip),
    );
  });
}

function entriesOf(zip: ZipFile, label: string): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      if (entries.has(entry.fileName)) {
        reject(corrupt(label, `it has two entries '${entry.fileName}'`));
      } else if (entries.size >= mostEntries) {
        reject(
          new GraftError('LIMIT_EXCEEDED', `${label}: a zip of more than ${mostEntries} entries.`),
        );
      } else {
        entries.set(entry.fileName, entry);
        zip.readEntry();
      }
    });
    zip.on('end', () => resolve(entries));
    zip.on('error', (error: Error) => {
      const outside = /relative path|absolute path|backslash|invalid characters/.test(
        error.message,
      );
      reject(
        outside
          ? new GraftError('UNSAFE_FILE', `${label}: not a checkpoint's zip: ${error.message}.`)
          : corrupt(label, error.message),
      );
    });
    zip.readEntry();
  });
}

function dataStart(zip: ZipFile, entry: Entry, label: string): Promise<number> {
  return new Promise((resolve, reject) => {
    zip.readLocalFileHeader(entry, { minimal: true }, (error, header) =>
      error ? reject(corrupt(label, error.message)) : resolve(header.fileDataStart),
    );
  });
}

function inflated(zip: ZipFile, entry: Entry, label: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(corrupt(label, `'${entry.fileName}': ${error.message}`));
    zip.openReadStream(entry, (error, stream) => {
      if (error) return fail(error);
      const chunks: Uint8Array[] = [];
      // Sizes are checked against the directory's as data arrives: a false size ends the stream.
      stream.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      stream.on('error', fail);
      stream.on('end', () => resolve(Buffer.concat(chunks)));
    });
  });
}

function corrupt(label: string, problem: string): GraftError {
  const text = /invalid comment length/i.test(problem)
    ? 'other bytes follow its end; download it again'
    : /end of central directory/i.test(problem)
      ? 'its end is missing, as in a download that was cut; download it again'
      : problem.replace(/\.$/, '');
  return new GraftError('CORRUPT_FILE', `${label}: not a valid zip: ${text}.`);
}
