import { type ByteSource, GraftError } from '@pip-graft/onnx-graft';

/** What a shared library or program requests from the dynamic loader. */
export interface ElfFacts {
  /** For a program, the loader that starts it. */
  readonly interpreter?: string;
  /** Libraries it depends on, DT_NEEDED in file order. */
  readonly needed: readonly string[];
  /** Folders to search for them, DT_RUNPATH or otherwise DT_RPATH; `$ORIGIN` unexpanded. */
  readonly runpath: readonly string[];
  /** Symbol versions it needs, such as GLIBC_2.28. */
  readonly versions: readonly string[];
}

// Far above what linkers write (onnxruntime's CUDA provider: 9 headers, 40 entries, 13 libraries);
// files beyond these limits are hostile.
const maxHeaders = 256;
const maxEntries = 4096;
const maxVersions = 4096;
const maxString = 4096;

const segment = { load: 1, dynamic: 2, interpreter: 3 } as const;
const tag = {
  needed: 1,
  strings: 5,
  stringsSize: 10,
  rpath: 15,
  runpath: 29,
  versions: 0x6ffffffe,
  versionCount: 0x6fffffff,
} as const;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/**
 * Reads the dynamic section of a 64-bit little-endian ELF file, a few kilobytes anywhere in the file.
 * Does not need section headers, which stripped files lack.
 *
 * Errors: `CORRUPT_FILE` for other, truncated or inconsistent files; `LIMIT_EXCEEDED` for counts that no
 * linker writes.
 *
 * @example readElf(fileSource('libonnxruntime_providers_cuda.so')).needed // ['libcublasLt.so.13', …]
 */
export function readElf(source: ByteSource): ElfFacts {
  const wrong = (what: string): GraftError =>
    new GraftError('CORRUPT_FILE', `${source.label}: ${what}.`);
  const bytes = (start: number, length: number): DataView => {
    const got = source.read(start, start + length);
    return new DataView(got.buffer, got.byteOffset, got.byteLength);
  };
  if (source.size < 64) throw wrong('not an ELF file');
  const header = bytes(0, 64);
  if (header.getUint32(0) !== 0x7f454c46 || header.getUint16(4) !== 0x0201)
    throw wrong('not a 64-bit little-endian ELF file');
  const number = (view: DataView, at: number): number => {
    const value = view.getBigUint64(at, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw wrong('an offset points outside the file');
    return Number(value);
  };

  const headerSize = header.getUint16(54, true);
  const count = header.getUint16(56, true);
  limit(source, 'program headers', count, maxHeaders);
  if (count > 0 && headerSize < 56) throw wrong('the program headers are too short');
  const table = bytes(number(header, 32), count * headerSize);
  const segments = Array.from({ length: count }, (_, index): Segment => {
    const at = index * headerSize;
    return {
      type: table.getUint32(at, true),
      offset: number(table, at + 8),
      address: number(table, at + 16),
      size: number(table, at + 32),
    };
  });
  const offsetOf = (address: number): number => {
    const home = segments.find(
      ({ type, address: start, size }) =>
        type === segment.load && address >= start && address < start + size,
    );
    if (home === undefined) throw wrong('an address is outside all segments');
    return home.offset + (address - home.address);
  };
  const textAt = (offset: number, most = maxString): string => {
    const end = Math.min(source.size, offset + Math.min(most, maxString));
    const found = source.read(offset, end);
    const length = found.indexOf(0);
    if (length < 0) throw wrong('a name is not terminated');
    return Buffer.from(found.subarray(0, length)).toString('utf8');
  };

  const program = segments.find(({ type }) => type === segment.interpreter);
  const interpreter = program && textAt(program.offset, program.size);
  const dynamic = segments.find(({ type }) => type === segment.dynamic);
  const entries: [number, number][] = [];
  if (dynamic !== undefined) {
    const length = Math.floor(dynamic.size / 16);
    limit(source, 'dynamic entries', length, maxEntries);
    const view = bytes(dynamic.offset, length * 16);
    for (let at = 0; at < view.byteLength; at += 16) {
      const key = Number(BigInt.asUintN(53, view.getBigUint64(at, true)));
      if (key === 0) break;
      entries.push([key, number(view, at + 8)]);
    }
  }
  const valuesOf = (wanted: number): number[] =>
    entries.filter(([key]) => key === wanted).map(([, value]) => value);
  const strings = valuesOf(tag.strings)[0];
  const stringsSize = valuesOf(tag.stringsSize)[0] ?? 0;
  const named = (at: number): string => {
    if (strings === undefined || at >= stringsSize)
      throw wrong('a name is outside the string table');
    return textAt(offsetOf(strings) + at, stringsSize - at);
  };
  const paths = valuesOf(tag.runpath).length > 0 ? valuesOf(tag.runpath) : valuesOf(tag.rpath);
  return {
    ...(interpreter === undefined ? {} : { interpreter }),
    needed: valuesOf(tag.needed).map(named),
    runpath: paths.flatMap((at) => named(at).split(':')).filter((path) => path !== ''),
    versions: wantedVersions(),
  };

  /** Walks two nested linked lists: libraries and the versions needed of each. */
  function wantedVersions(): string[] {
    const start = valuesOf(tag.versions)[0];
    const libraries = valuesOf(tag.versionCount)[0] ?? 0;
    if (start === undefined) return [];
    limit(source, 'libraries with versions', libraries, maxVersions);
    const found = new Set<string>();
    let at = offsetOf(start);
    // Count the steps, so that a cyclic list ends.
    let seen = 0;
    for (let library = 0; library < libraries; library++) {
      const need = bytes(at, 16);
      let aux = at + need.getUint32(8, true);
      const versions = need.getUint16(2, true);
      seen += versions;
      limit(source, 'symbol versions', seen, maxVersions);
      for (let version = 0; version < versions; version++) {
        const entry = bytes(aux, 16);
        found.add(named(entry.getUint32(8, true)));
        aux += entry.getUint32(12, true);
      }
      at += need.getUint32(12, true);
    }
    return [...found];
  }
}

function limit(source: ByteSource, what: string, count: number, most: number): void {
  if (count > most)
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${source.label}: ${count} ${what}; the limit is ${most}.`,
    );
}
