/** The contents of a crafted ELF file. */
export interface ElfParts {
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly runpath?: string;
  readonly rpath?: string;
  /** Required versions by library. */
  readonly versions?: Readonly<Record<string, readonly string[]>>;
}

/** Where the only loaded segment starts in memory, which differs from its start in the file. */
const base = 0x40_0000;

/** A 64-bit shared library with only a dynamic section: header, program headers, strings, lists. */
export function elf(parts: ElfParts = {}): Uint8Array {
  const { interpreter, needed = [], runpath, rpath, versions = {} } = parts;
  let strings = '\0';
  const named = (text: string): number => {
    const at = strings.length;
    strings += `${text}\0`;
    return at;
  };
  const entries: [number, number][] = needed.map((name) => [1, named(name)]);
  if (runpath !== undefined) entries.push([29, named(runpath)]);
  if (rpath !== undefined) entries.push([15, named(rpath)]);
  const program = interpreter === undefined ? undefined : named(interpreter);
  const wanted = Object.entries(versions).map(([library, names]) => ({
    library: named(library),
    names: names.map(named),
  }));

  const headers = program === undefined ? 2 : 3;
  const stringsAt = 64 + headers * 56;
  const listsAt = stringsAt + Math.ceil(strings.length / 16) * 16;
  const lists = wanted.flatMap(({ library, names }, index) => [
    words16(
      [1, names.length],
      [library, 16, index + 1 < wanted.length ? 16 + 16 * names.length : 0],
    ),
    ...names.map((name, at) => aux(name, at + 1 < names.length ? 16 : 0)),
  ]);
  if (wanted.length > 0) entries.push([0x6ffffffe, base + listsAt], [0x6fffffff, wanted.length]);
  const dynamicAt = listsAt + lists.length * 16;
  entries.push([5, base + stringsAt], [10, strings.length], [0, 0]);
  const size = dynamicAt + entries.length * 16;

  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, headers, true);
  const segment = (index: number, type: number, offset: number, length: number): void => {
    const at = 64 + index * 56;
    view.setUint32(at, type, true);
    view.setBigUint64(at + 8, BigInt(offset), true);
    view.setBigUint64(at + 16, BigInt(base + offset), true);
    view.setBigUint64(at + 32, BigInt(length), true);
  };
  segment(0, 1, 0, size);
  segment(1, 2, dynamicAt, entries.length * 16);
  if (program !== undefined) segment(2, 3, stringsAt + program, (interpreter?.length ?? 0) + 1);
  bytes.set(new TextEncoder().encode(strings), stringsAt);
  for (const [index, list] of lists.entries()) bytes.set(list, listsAt + index * 16);
  for (const [index, [tag, value]] of entries.entries()) {
    view.setBigUint64(dynamicAt + index * 16, BigInt(tag), true);
    view.setBigUint64(dynamicAt + index * 16 + 8, BigInt(value), true);
  }
  return bytes;
}

/** A library of the version list: two short words, then three long ones. */
function words16(
  short: readonly [number, number],
  long: readonly [number, number, number],
): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  for (const [at, value] of short.entries()) view.setUint16(at * 2, value, true);
  for (const [at, value] of long.entries()) view.setUint32(4 + at * 4, value, true);
  return new Uint8Array(view.buffer);
}

function aux(name: number, next: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint32(8, name, true);
  view.setUint32(12, next, true);
  return new Uint8Array(view.buffer);
}
