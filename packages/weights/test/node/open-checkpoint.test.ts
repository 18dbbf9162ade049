import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bytesSource, GraftError } from '@pip-graft/onnx-graft';
import { readSafetensors } from '@pip-graft/weights';
import { openCheckpoint, readCheckpoint } from '@pip-graft/weights/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const folder = new URL('../checkpoints/', import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const read = (name: string) => readCheckpoint(bytesSource(bytesOf(name), name));
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.expected.safetensors'))
  .map((name) => name.replace('.expected.safetensors', ''));

/** Where files keep their tensors, with a trailing dot. */
const prefixes: Record<string, string> = {
  'params-epoch': 'params.',
  'params-ema': 'params_ema.',
  'module-prefix': 'state_dict.module.net.',
  parameters: 'model.',
  lightning: 'state_dict.net.',
  'lightning-legacy': 'state_dict.net.',
};

describe('readCheckpoint on files of torch.save', () => {
  it.each(cases)('%s: every tensor, name, shape and number', async (name) => {
    const { tensors: all } = await read(name);
    const prefix = prefixes[name.split('.')[0]!] ?? '';
    const own = [...all].filter(([path]) => path.startsWith(prefix));
    const tensors = new Map(own.map(([path, tensor]) => [path.slice(prefix.length), tensor]));
    const expected = readSafetensors(bytesOf(`${name}.expected.safetensors`)).tensors;
    expect([...tensors.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [key, { dims, data }] of expected) {
      expect(tensors.get(key)?.dims, key).toEqual(dims);
      expect(tensors.get(key)?.data, key).toEqual(data);
    }
  });

  it('reports the file format and extra values', async () => {
    expect(await read('plain.pth')).toMatchObject({ format: 'pytorch' });
    expect(await read('plain-legacy.pth')).toMatchObject({ format: 'pytorch-legacy' });
    expect(await read('params-epoch.pkl')).toMatchObject({ extra: { epoch: 120 } });
    const averaged = await read('params-ema.pth');
    expect([...averaged.tensors.keys()].some((name) => name.startsWith('params.'))).toBe(true);
    expect(await read('lightning.ckpt')).toMatchObject({ extra: { epoch: 7, global_step: 1234 } });
    expect((await read('dtypes.pth')).tensors.get('bfloat16')?.dtype).toBe('BF16');
  });

  it('reads a safetensors file with the same function', async () => {
    const found = await read('plain.pth.expected.safetensors');
    expect(found).toMatchObject({ format: 'safetensors', ignored: [] });
    expect(found.tensors.get('scale')).toEqual({
      dims: [],
      dtype: 'F32',
      data: Float32Array.of(0.25),
    });
  });

  it('opens files and reads them until they are closed', async () => {
    const file = await openCheckpoint(fileURLToPath(new URL('views.pth', folder)));
    expect(file.tensors.get('expanded')?.data).toHaveLength(15);
    file.close();
    await expect(openCheckpoint('no-such.pth')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    ['refused-module.pth', 'UNSAFE_FILE', /torch\.nn\.modules\.conv\.Conv2d.*state_dict/],
    ['refused-torchscript.pt', 'UNSAFE_FILE', /TorchScript/],
  ])('%s is rejected', async (name, code, message) => {
    await expect(read(name)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

describe('damaged checkpoints', () => {
  it('are found by their checksums once a tensor is read, and not before', async () => {
    const bytes = bytesOf('plain.pth');
    const { tensors } = await readCheckpoint(bytesSource(bytes, 'plain.pth'));
    const [name, { data }] = [...tensors][0]!;
    const first = new Uint8Array(data.buffer, data.byteOffset, 4);
    const at = bytes.findIndex((_, from) =>
      first.every((byte, index) => bytes[from + index] === byte),
    );
    const damaged = bytes.with(at, bytes[at]! ^ 1);
    const read = await readCheckpoint(bytesSource(damaged, 'plain.pth'));
    expect(() => read.tensors.get(name)!.data).toThrow(
      /^plain\.pth: not a valid zip: the checksum of entry '.*data\/0' does not match its bytes/,
    );
    const others = [...read.tensors].filter(([other]) => other !== name);
    for (const [other, { data }] of others) expect(data).toEqual(tensors.get(other)!.data);
  });

  it.each([
    [
      -3,
      /^cut\.pth: it ends inside storage '.*', as a download that was cut does; download it again/,
    ],
    [-42, /^cut\.pth: it ends (before|inside) storage/],
  ])('that were cut say so: %i bytes', async (end, message) => {
    const bytes = bytesOf('plain-legacy.pth').slice(0, end);
    await expect(readCheckpoint(bytesSource(bytes, 'cut.pth'))).rejects.toThrow(message);
  });

  const seeds = [...cases, 'refused-torchscript.pt'].map(bytesOf);

  it('end in a typed error or a result', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat(), { freq: 4 }),
        async (seed, edits, cut) => {
          const bytes = seed.slice(0, cut === null ? seed.length : cut % seed.length);
          for (const [at, value] of edits) if (bytes.length > 0) bytes[at % bytes.length] = value;
          try {
            const { tensors } = await readCheckpoint(bytesSource(bytes, 'damaged'));
            for (const { dims, data } of tensors.values()) {
              expect(data.length).toBe(dims.reduce((product, dim) => product * dim, 1));
            }
          } catch (error) {
            if (!(error instanceof GraftError)) throw error;
          }
        },
      ),
      { seed: 7, numRuns: 1500 },
    );
  });

  it.each([
    ['nothing', []],
    ['text', [...new TextEncoder().encode('#!/bin/sh\necho hello, this is no checkpoint')]],
    ['an old pickle', [...new TextEncoder().encode('(dp0\nS"a"\n.')]],
  ])('%s is rejected', async (_name, bytes) => {
    await expect(
      readCheckpoint(bytesSource(Uint8Array.from(bytes), 'x.pth')),
    ).rejects.toMatchObject({ code: 'CORRUPT_FILE', message: expect.stringContaining('x.pth') });
  });
});
