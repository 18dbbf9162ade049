import { bytesSource, GraftError } from '@pip-graft/onnx-graft';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readElf } from '../../src/device/read-elf.ts';
import { elf } from '../support/elf.ts';

const read = (bytes: Uint8Array) => readElf(bytesSource(bytes, 'lib.so'));

/** The code of the error that reading throws, or 'read'. */
function codeOf(bytes: Uint8Array): string {
  try {
    read(bytes);
    return 'read';
  } catch (error) {
    if (!(error instanceof GraftError)) throw error;
    return error.code;
  }
}

/** A copy with one number changed. */
function changed(bytes: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = bytes.slice();
  change(new DataView(copy.buffer));
  return copy;
}

const whole = elf({
  interpreter: '/lib64/ld-linux-x86-64.so.2',
  needed: ['libcudart.so.13', 'libc.so.6'],
  runpath: '$ORIGIN:/opt/lib',
  versions: { 'libc.so.6': ['GLIBC_2.2.5', 'GLIBC_2.28'], 'libm.so.6': ['GLIBC_2.29'] },
});

describe('readElf', () => {
  it('reads libraries, folders, versions and the loader', () => {
    expect(read(whole)).toEqual({
      interpreter: '/lib64/ld-linux-x86-64.so.2',
      needed: ['libcudart.so.13', 'libc.so.6'],
      runpath: ['$ORIGIN', '/opt/lib'],
      versions: ['GLIBC_2.2.5', 'GLIBC_2.28', 'GLIBC_2.29'],
    });
  });

  it('prefers RUNPATH to the older RPATH', () => {
    expect(read(elf({ rpath: '/old' })).runpath).toEqual(['/old']);
    expect(read(elf({ rpath: '/old', runpath: '/new' })).runpath).toEqual(['/new']);
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['a text', new TextEncoder().encode('not a library, '.repeat(9))],
    ['a 32-bit file', changed(whole, (view) => view.setUint8(4, 1))],
    ['a big-endian file', changed(whole, (view) => view.setUint8(5, 2))],
    ['half a file', whole.slice(0, whole.length / 2)],
    [
      'program headers beyond the end',
      changed(whole, (view) => view.setBigUint64(32, 1n << 40n, true)),
    ],
    ['an offset no number holds', changed(whole, (view) => view.setBigUint64(32, 1n << 63n, true))],
    ['headers of no size', changed(whole, (view) => view.setUint16(54, 0, true))],
  ])('rejects %s', (_, bytes) => {
    expect(codeOf(bytes)).toBe('CORRUPT_FILE');
  });

  it('rejects counts that no linker writes, and lists that loop', () => {
    expect(codeOf(changed(whole, (view) => view.setUint16(56, 60_000, true)))).toBe(
      'LIMIT_EXCEEDED',
    );
    const looped = elf({
      versions: { 'libc.so.6': Array.from({ length: 9 }, (_, i) => `V_${i}`) },
    });
    const view = new DataView(looped.buffer);
    for (let at = 0; at + 16 <= looped.length; at += 8) {
      // The count of libraries, 1, becomes 4000; the list's only entry has no next one.
      if (view.getBigUint64(at, true) === 0x6fffffffn) view.setBigUint64(at + 8, 4000n, true);
    }
    expect(codeOf(looped)).toBe('LIMIT_EXCEEDED');
  });

  it('gives facts or a typed error for any changed byte', () => {
    const codes = new Set<string>();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const copy = whole.slice();
        copy[at] = value;
        codes.add(codeOf(copy));
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect([...codes].sort()).toEqual(['CORRUPT_FILE', 'LIMIT_EXCEEDED', 'read']);
  });

  it('reads the program that runs this test, if it is an ELF file', ({ skip }) => {
    if (process.platform !== 'linux') skip('no ELF files here');
    return import('@pip-graft/onnx-graft/node').then(({ fileSource }) => {
      const source = fileSource(process.execPath);
      try {
        expect(readElf(source).needed.some((name) => /^lib.*\.so/.test(name))).toBe(true);
      } finally {
        source.close();
      }
    });
  });
});
