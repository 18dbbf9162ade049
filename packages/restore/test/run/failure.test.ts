import { isOutOfMemory } from '@pip-graft/restore';
import { describe, expect, test } from 'vitest';
import { isBroken } from '../../src/run/failure.ts';

describe('isOutOfMemory', () => {
  test.each([
    'std::bad_alloc',
    'Failed to allocate memory for requested buffer of size 1073741824',
    'CUDA failure 2: out of memory ; GPU=0',
    'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED',
    'Available memory of 268435456 is smaller than requested bytes of 536870912',
    'Array buffer allocation failed',
    'VK_ERROR_OUT_OF_DEVICE_MEMORY: out of memory',
  ])('%s', (message) => {
    expect(isOutOfMemory(new Error(message))).toBe(true);
    expect(isOutOfMemory(new Error('wrapped', { cause: new Error(message) }))).toBe(true);
  });

  test.each([['Got invalid dimensions for input'], [undefined], ['']])('not %s', (message) => {
    expect(isOutOfMemory(new Error(message))).toBe(false);
    expect(isOutOfMemory(message)).toBe(false);
  });
});

describe('isBroken', () => {
  test.each([
    new Error('Aborted(). Build with -sASSERTIONS for more info.'),
    new Error('wrapped', { cause: new WebAssembly.RuntimeError('unreachable executed') }),
    new WebAssembly.RuntimeError('a trap of another wording'),
  ])('%s', (error) => {
    expect(isBroken(error)).toBe(true);
  });

  test.each([new Error('std::bad_alloc'), new Error('Got invalid dimensions'), undefined])(
    'not %s',
    (error) => {
      expect(isBroken(error)).toBe(false);
    },
  );
});
