import { crc32, deflateRawSync } from 'node:zlib';
import { bytesSource } from '@pip-graft/onnx-graft';
import { writeSafetensors } from '@pip-graft/weights';
import { readCheckpoint } from '@pip-graft/weights/node';
import { describe, expect, it } from 'vitest';

interface Part {
  readonly name: string;
  readonly data: Uint8Array;
  readonly method?: 0 | 8;
  /** The size in the directory; default: the real one. */
  readonly claimed?: number;
  readonly flags?: number;
  /** CRC-32; default: 0, for none. */
  readonly sum?: number;
}

/** A zip by hand: local headers with their data, the directory, its end. */
function zip(...parts: Part[]): Uint8Array {
  const u16 = (value: number) => [value & 255, (value >> 8) & 255];
  const u32 = (value: number) => [...u16(value & 0xffff), ...u16(value >>> 16)];
  const bytes: number[] = [];
  const directory: number[] = [];
  for (const { name, data, method = 0, claimed = data.length, flags = 0, sum = 0 } of parts) {
    const stored = method === 8 ? deflateRawSync(data) : data;
    const text = [...new TextEncoder().encode(name)];
    const sizes = [
      ...u32(sum),
      ...u32(stored.length),
      ...u32(claimed),
      ...u16(text.length),
      ...u16(0),
    ];
    const common = [...u16(20), ...u16(flags), ...u16(method), ...u32(0), ...sizes];
    const at = bytes.length;
    bytes.push(0x50, 0x4b, 3, 4, ...common, ...text, ...stored);
    directory.push(
      0x50,
      0x4b,
      1,
      2,
      ...u16(20),
      ...common,
      ...u16(0),
      ...u16(0),
      ...u16(0),
      ...u32(0),
      ...u32(at),
      ...text,
    );
  }
  const end = [...u16(0), ...u16(0), ...u16(parts.length), ...u16(parts.length)];
  return Uint8Array.from([
    ...bytes,
    ...directory,
    0x50,
    0x4b,
    5,
    6,
    ...end,
    ...u32(directory.length),
    ...u32(bytes.length),
    ...u16(0),
  ]);
}

const read = (bytes: Uint8Array) => readCheckpoint(bytesSource(bytes, 'x.pth'));
const empty = { name: 'a/data.pkl', data: Uint8Array.of(0x80, 2, 0x7d, 0x2e) };
const one = Uint8Array.of(1);

describe('a zip that is not a checkpoint', () => {
  it('because its end is missing says so, with the next step', async () => {
    await expect(read(zip(empty).slice(0, -30))).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message:
        'x.pth: not a valid zip: its end is missing, as in a download that was cut; download it again.',
    });
  });

  it('because something was appended says so', async () => {
    await expect(read(Uint8Array.from([...zip(empty), 10, 10]))).rejects.toThrow(
      'x.pth: not a valid zip: other bytes follow its end; download it again.',
    );
  });

  it.each([0, 8] as const)('because a byte is damaged says so, method %i', async (method) => {
    const sum = crc32(empty.data);
    await expect(read(zip({ ...empty, method, sum }))).rejects.toThrow('it is empty');
    await expect(read(zip({ ...empty, method, sum: sum ^ 1 }))).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message:
        "x.pth: not a valid zip: the checksum of entry 'a/data.pkl' does not match its bytes, which are damaged; download it again.",
    });
  });

  it('but holds NumPy arrays says how to convert them', async () => {
    await expect(read(zip({ name: 'intro.weight.npy', data: one }))).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message:
        'x.pth: not a checkpoint: it is a zip of NumPy arrays (.npz); convert its arrays with torch.from_numpy, save them by name with torch.save, and turn that into ONNX with graft backbone import.',
    });
  });

  it('made by hand is read like a real one', async () => {
    await expect(read(zip(empty))).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message: expect.stringContaining('no tensors by name'),
    });
  });

  it.each([
    ['names that lead out', 'UNSAFE_FILE', zip(empty, { name: '../../etc/passwd', data: one })],
    ['absolute names', 'UNSAFE_FILE', zip(empty, { name: '/etc/passwd', data: one })],
    ['backslashes', 'UNSAFE_FILE', zip(empty, { name: 'a\\..\\b', data: one })],
    ['a name twice', 'CORRUPT_FILE', zip(empty, empty)],
    ['no pickle', 'CORRUPT_FILE', zip({ name: 'a/b', data: one })],
    ['two pickles', 'CORRUPT_FILE', zip(empty, { ...empty, name: 'b/data.pkl' })],
    [
      'another byte order',
      'CORRUPT_FILE',
      zip(empty, { name: 'a/byteorder', data: new TextEncoder().encode('big') }),
    ],
    [
      'a pickle that claims 3 GB',
      'LIMIT_EXCEEDED',
      zip({ ...empty, method: 8, claimed: 3_000_000_000 }),
    ],
    [
      'a pickle that is larger than it claims',
      'CORRUPT_FILE',
      zip({ ...empty, method: 8, claimed: 2 }),
    ],
    [
      'a bomb',
      'LIMIT_EXCEEDED',
      zip({ name: 'a/data.pkl', data: new Uint8Array(80_000_000), method: 8 }),
    ],
    ['an encrypted pickle', 'CORRUPT_FILE', zip({ ...empty, flags: 1 })],
    ['TorchScript', 'UNSAFE_FILE', zip(empty, { name: 'a/constants.pkl', data: one })],
  ])('rejects %s', async (_what, code, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ code });
  });
});

it('recognises a safetensors file whose length starts like a pickle', async () => {
  // A header of 0x280 bytes: its length field starts with 80 02.
  let name = 'w';
  const of = () => writeSafetensors(new Map([[name, { dims: [1], data: Float32Array.of(7) }]]));
  while (of()[0] !== 0x80 || of()[1] !== 2) name += 'w';
  const { format, tensors } = await read(of());
  expect(format).toBe('safetensors');
  expect(tensors.get(name)?.data[0]).toBe(7);
});

it('recognises a web page saved as a checkpoint', async () => {
  await expect(read(new TextEncoder().encode('<!doctype html><html></html>'))).rejects.toThrow(
    /web page/,
  );
});
