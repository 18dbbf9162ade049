import { bytesSource } from '@pip-graft/onnx-graft';
import { readCheckpoint } from '@pip-graft/weights/node';
import { describe, expect, it } from 'vitest';

// Pickles by hand, as NumPy writes them; the file is of the older form, without storages.
const utf8 = (value: string) => [...new TextEncoder().encode(value)];
const size4 = (length: number) => [...new Uint8Array(Uint32Array.of(length).buffer)];
const unicode = (value: string) => [0x58, ...size4(utf8(value).length), ...utf8(value)];
const bytes = (values: readonly number[]) => [0x42, ...size4(values.length), ...values];
const int = (value: number) => [0x4a, ...new Uint8Array(Int32Array.of(value).buffer)];
const global = (module: string, name: string) => [0x63, ...utf8(`${module}\n${name}\n`)];
const tuple = (...items: number[][]) => [0x28, ...items.flat(), 0x74];
const call = (callable: number[], ...items: number[][]) => [...callable, ...tuple(...items), 0x52];
const pickle = (...code: number[][]) => [0x80, 2, ...code.flat(), 0x2e];
const dict = (key: string, value: number[]) => [0x7d, ...unicode(key), ...value, 0x73];
const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const no = [0x89];
const yes = [0x88];

const encoded = (values: readonly number[], encoding = 'latin1') =>
  call(global('_codecs', 'encode'), unicode(String.fromCharCode(...values)), unicode(encoding));
const type = (code: string, order = '<') => [
  ...call(global('numpy', 'dtype'), unicode(code), no, yes),
  ...tuple(int(3), unicode(order), [0x4e], [0x4e], [0x4e], int(-1), int(-1), int(0)),
  0x62,
];
const made = (core: string) =>
  call(
    global(`${core}.multiarray`, '_reconstruct'),
    global('numpy', 'ndarray'),
    tuple(int(0)),
    encoded([98]),
  );
interface Form {
  readonly code?: string;
  readonly order?: string;
  readonly fortran?: boolean;
  readonly core?: string;
}
const array = (
  dims: readonly number[],
  data: number[],
  { code = 'f4', order = '<', fortran = false, core = 'numpy._core' }: Form = {},
) => [
  ...made(core),
  ...tuple(int(1), tuple(...dims.map(int)), type(code, order), fortran ? yes : no, data),
  0x62,
];
const fromBuffer = (dims: readonly number[], data: number[], order: string) =>
  call(
    global('numpy._core.numeric', '_frombuffer'),
    data,
    type('f4'),
    tuple(...dims.map(int)),
    unicode(order),
  );

const read = (object: number[]) =>
  readCheckpoint(
    bytesSource(
      Uint8Array.from([
        ...pickle(magic),
        ...pickle(int(1001)),
        ...pickle([0x7d]),
        ...pickle(object),
        ...pickle([0x5d]),
      ]),
      'x.pth',
    ),
  );
const floats = [1, -2, 0.5, 3e-3, 1e6, -0];
const raw = [...new Uint8Array(Float32Array.from(floats).buffer)];

describe('a NumPy array', () => {
  it.each([
    ['text, as torch.save writes', array([2, 3], encoded(raw))],
    ['bytes', array([2, 3], bytes(raw))],
    ['by NumPy 1', array([2, 3], encoded(raw), { core: 'numpy.core' })],
    ['a buffer', fromBuffer([2, 3], bytes(raw), 'C')],
  ])('is read as a tensor: %s', async (_what, object) => {
    const { tensors } = await read(dict('w', object));
    expect(tensors.get('w')).toMatchObject({ dims: [2, 3], dtype: 'F32', array: true });
    expect(tensors.get('w')?.data).toEqual(Float32Array.from(floats));
  });

  it.each([
    ['its state', array([3, 2], bytes(raw), { fortran: true })],
    ['a buffer', fromBuffer([3, 2], bytes(raw), 'F')],
  ])('is read in Fortran order: %s', async (_what, object) => {
    const { tensors } = await read(dict('w', object));
    expect([...tensors.get('w')!.data]).toEqual(
      [0, 3, 1, 4, 2, 5].map((i) => Math.fround(floats[i]!)),
    );
  });

  it('is read in float64 and float16', async () => {
    const wide = [...new Uint8Array(Float64Array.of(1.5, -7).buffer)];
    const found = await read(dict('w', array([2], encoded(wide), { code: 'f8' })));
    expect(found.tensors.get('w')).toMatchObject({ dtype: 'F64', data: Float32Array.of(1.5, -7) });
    const half = await read(dict('w', array([2], bytes([0, 0x3c, 0, 0xc0]), { code: 'f2' })));
    expect(half.tensors.get('w')).toMatchObject({ dtype: 'F16', data: Float32Array.of(1, -2) });
  });

  it('is read from where it lies in the file if it is long', async () => {
    const count = 2 ** 18 + 1;
    const long = new Uint8Array(new Float32Array(count).fill(-1).buffer);
    const text = new TextDecoder('latin1').decode(long).replaceAll('€', '\x80');
    for (const data of [
      [0x42, ...size4(long.length), ...long],
      call(global('_codecs', 'encode'), unicode(text), unicode('latin1')),
    ]) {
      const { tensors } = await read(dict('w', array([count], data)));
      const found = tensors.get('w')!.data;
      expect([found.length, found.findIndex((value) => value !== -1)]).toEqual([count, -1]);
    }
  });

  it.each([
    ['big-endian', array([6], bytes(raw), { order: '>' }), 'a NumPy array of >f4'],
    ['of a long double', array([1], bytes(raw), { code: 'f16' }), 'a NumPy array of <f16'],
    ['whose bytes are not encoded', array([6], unicode('abc')), 'a NumPy array of an old form'],
  ])('%s is named when it is needed', async (_what, object, dtype) => {
    const { tensors } = await read(dict('w', object));
    expect(tensors.get('w')).toMatchObject({ dtype, unread: `${dtype} cannot be imported` });
  });

  it('of whole numbers is ignored, and so is one that is not filled', async () => {
    const tensor = array([6], encoded(raw));
    for (const other of [array([6], bytes(raw), { code: 'i4' }), made('numpy.core')]) {
      const found = await read([...dict('w', tensor), ...unicode('n'), ...other, 0x73]);
      expect([...found.tensors.keys()]).toEqual(['w']);
      expect(found.ignored).toEqual(['n']);
    }
  });

  it.each([
    ['too few bytes', array([7], bytes(raw))],
    ['too much text', array([5], encoded(raw))],
    ['a negative size', array([-6], bytes(raw))],
    [
      'no shape',
      [...made('numpy.core'), ...tuple(int(1), [0x4e], type('f4'), no, bytes(raw)), 0x62],
    ],
    ['a rank of forty', array(new Array<number>(40).fill(1), bytes(raw.slice(0, 4)))],
  ])('with %s is rejected', async (_what, object) => {
    await expect(read(dict('w', object))).rejects.toMatchObject({ code: 'CORRUPT_FILE' });
  });

  it('with billions of elements is rejected', async () => {
    const object = array([65536, 65536], bytes(raw));
    await expect(read(dict('w', object))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('with characters that are no bytes is rejected', async () => {
    const text = call(global('_codecs', 'encode'), unicode('ab€d'), unicode('latin1'));
    await expect(read(dict('w', array([1], text)))).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message: 'x.pth: the text of an array is not 4 bytes.',
    });
  });

  it('the same bytes under many names are rejected', async () => {
    const values = new Array<number>(8000).fill(1);
    const text = [...encoded(values), 0x71, 0];
    const again = Array.from({ length: 9 }, () => array([2000], [0x68, 0]));
    const object = dict('w', [0x28, ...text, ...again.flat(), 0x74]);
    await expect(read(object)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});
