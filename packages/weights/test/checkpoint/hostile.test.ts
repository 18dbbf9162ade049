import { bytesSource } from '@pip-graft/onnx-graft';
import { readCheckpoint } from '@pip-graft/weights/node';
import { describe, expect, it } from 'vitest';

// A pickle by hand: every instruction is bytes, and a file of the older form needs nothing else.
const text = (value: string) => [...new TextEncoder().encode(value)];
const unicode = (value: string) => [
  0x58,
  value.length & 255,
  value.length >> 8,
  0,
  0,
  ...text(value),
];
const global = (name: string) => {
  const dot = name.lastIndexOf('.');
  return [0x63, ...text(`${name.slice(0, dot)}\n${name.slice(dot + 1)}\n`)];
};
const int = (value: number) => [0x4a, ...new Uint8Array(Int32Array.of(value).buffer)];
const tuple = (...items: number[][]) => [0x28, ...items.flat(), 0x74];
const call = (name: string, ...items: number[][]) => [...global(name), ...tuple(...items), 0x52];
const dict = (key: string, value: number[]) => [0x7d, ...unicode(key), ...value, 0x73];
const pickle = (...code: number[][]) => [0x80, 2, ...code.flat(), 0x2e];
const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const storage = (length: number, type = 'torch.FloatStorage', key = '0') => [
  ...tuple(unicode('storage'), global(type), unicode(key), unicode('cpu'), int(length), [0x4e]),
  0x51,
];
const tensor = (length: number, offset: number, dims: number[], strides: number[]) =>
  call(
    'torch._utils._rebuild_tensor_v2',
    storage(length),
    int(offset),
    tuple(...dims.map(int)),
    tuple(...strides.map(int)),
    [0x89],
    [0x7d],
  );
const eight = (value: number) => [...new Uint8Array(BigInt64Array.of(BigInt(value)).buffer)];

/**
 * A file of the older form around an object, with a storage of zeros, and one of bytes if given.
 */
function file(object: number[], elements = 4, bytes: readonly number[] = []): Uint8Array {
  return Uint8Array.from([
    ...pickle(magic),
    ...pickle(int(1001)),
    ...pickle([0x7d]),
    ...pickle(object),
    ...pickle([0x5d], unicode('0'), [0x61], ...(bytes.length > 0 ? [unicode('1'), [0x61]] : [])),
    ...eight(elements),
    ...new Array<number>(elements * 4).fill(0),
    ...(bytes.length > 0 ? [...eight(bytes.length), ...bytes] : []),
  ]);
}

const read = (bytes: Uint8Array) => readCheckpoint(bytesSource(bytes, 'x.pth'));

describe('a checkpoint that tries to run code', () => {
  it('is read if it does not', async () => {
    const { tensors } = await read(file(dict('w', tensor(4, 0, [2, 2], [2, 1]))));
    expect(tensors.get('w')).toMatchObject({ dims: [2, 2], data: new Float32Array(4) });
  });

  it.each([
    'os.system',
    'posix.system',
    'builtins.eval',
    'builtins.getattr',
    'subprocess.Popen',
    'torch.storage._load_from_bytes',
    'torch.load',
    'torch.hub.load',
    'numpy.load',
    'numpy.testing._private.utils.runstring',
    'collections.OrderedDict.__class__',
    '__main__.Net',
  ])('%s is rejected by name, called or not', async (name) => {
    for (const object of [call(name, unicode('echo')), dict('w', global(name))]) {
      await expect(read(file(object))).rejects.toMatchObject({
        code: 'UNSAFE_FILE',
        message: expect.stringContaining(`'${name}'`),
      });
    }
  });

  it('says that a file is one object of a class, as a whole network is', async () => {
    const whole =
      /^.*'mynet\.NAFNet'.* nothing was executed\. The file is one object of that class/;
    await expect(read(file(call('mynet.NAFNet')))).rejects.toThrow(whole);
    const beside = read(file(dict('config', call('mynet.Config'))));
    await expect(beside).rejects.toThrow(
      /Save only the network's state_dict\(\), with torch\.save/,
    );
  });

  it('rejects other instructions that create objects', async () => {
    const inst = [0x28, 0x69, ...text('os\nsystem\n')];
    const object = [0x28, ...global('collections.OrderedDict'), 0x6f];
    const extension = [0x82, 1];
    for (const code of [inst, object, extension]) {
      await expect(read(file(code))).rejects.toMatchObject({ code: 'UNSAFE_FILE' });
    }
  });

  it('inert objects stay inert, whatever is done to them', async () => {
    const namespace = [...call('argparse.Namespace'), ...dict('x', int(1)), 0x62];
    const inside = [...call('types.SimpleNamespace'), ...unicode('k'), ...namespace, 0x73];
    const object = [...dict('w', tensor(4, 0, [4], [1])), ...unicode('args'), ...inside, 0x73];
    const found = await read(file(object));
    expect(found.ignored).toEqual(['args']);
    expect(found.tensors.size).toBe(1);
  });

  it.each([
    'torch.optim.adamw.AdamW',
    'torch.optim.lr_scheduler.StepLR',
    'torch.amp.grad_scaler.GradScaler',
    'numpy.ma.core._mareconstruct',
    're._compile',
  ])('%s beside the weights is left alone', async (name) => {
    const inside = [...call(name), ...dict('x', int(1)), 0x62];
    const object = [...dict('w', tensor(4, 0, [4], [1])), ...unicode('more'), ...inside, 0x73];
    const found = await read(file(object));
    expect(found.ignored).toEqual(['more']);
    expect([...found.tensors.keys()]).toEqual(['w']);
  });

  it('treats __proto__ like any other name', async () => {
    const found = await read(
      file([
        ...dict('__proto__', tensor(4, 0, [4], [1])),
        ...unicode('constructor'),
        ...int(1),
        0x73,
      ]),
    );
    expect([...found.tensors.keys()]).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('a checkpoint with more than its weights', () => {
  const weights = dict('w', tensor(4, 0, [4], [1]));

  it('has every tensor under its path, and the numbers next to them', async () => {
    const object = [
      ...dict('state_dict', weights),
      ...unicode('best'),
      ...tensor(4, 0, [], []),
      0x73,
      ...unicode('epoch'),
      ...int(7),
      0x73,
      ...unicode('states'),
      0x5d,
      ...weights,
      0x61,
      ...weights,
      0x61,
      0x73,
    ];
    const found = await read(file(object));
    expect([...found.tensors.keys()]).toEqual(['state_dict.w', 'best', 'states.0.w', 'states.1.w']);
    expect(found).toMatchObject({ extra: { epoch: 7 }, ignored: [] });
  });

  it.each([
    'numpy.core.multiarray._reconstruct',
    'numpy._core.multiarray._reconstruct',
    'numpy.random._pickle.__randomstate_ctor',
    'collections.deque',
    'datetime.datetime',
    'omegaconf.dictconfig.DictConfig',
  ])('%s stays a name and is ignored', async (name) => {
    const object = [
      ...weights,
      ...unicode('other'),
      ...call(name, [0x5d], tensor(4, 0, [4], [1])),
      0x73,
    ];
    const found = await read(file([...object, ...unicode('l'), 0x5d, ...global(name), 0x61, 0x73]));
    expect([...found.tensors.keys()]).toEqual(['w']);
    expect(found.ignored).toEqual(['other', 'l']);
  });

  it('skips bytes longer than a name', async () => {
    const long = [0x42, 0, 0, 32, 0, ...new Array<number>(2 ** 21).fill(7)];
    const found = await read(file([...weights, ...unicode('array'), ...long, 0x73]));
    expect(found).toMatchObject({ ignored: ['array'] });
    expect(found.tensors.size).toBe(1);
  });

  const raw = storage(16, 'torch.storage.UntypedStorage', '1');
  const sixteen = Array.from({ length: 16 }, (_, index) => index);
  const typed = (element: string, width: number) =>
    call(
      'torch._utils._rebuild_tensor_v3',
      raw,
      int(0),
      tuple(int(16 / width)),
      tuple(int(1)),
      [0x89],
      [0x7d],
      global(`torch.${element}`),
    );
  const beside = (object: number[]) =>
    read(file([...weights, ...unicode('x'), ...object, 0x73], 4, sixteen));

  it('reads numbers that fit into float32, whatever their type', async () => {
    const found = await beside(typed('uint16', 2));
    expect(found.tensors.get('x')).toMatchObject({ dims: [8], dtype: 'U16' });
    expect(found.tensors.get('x')?.data.at(-1)).toBe(0x0f0e);
  });

  it("says how to save FSDP's tensors whole", async () => {
    await expect(read(file(dict('w', global('torch.distributed.tensor.DTensor'))))).rejects.toThrow(
      /refers to 'torch\.distributed\.tensor\.DTensor'.*save the whole ones, tensor\.full_tensor\(\)/,
    );
  });

  it.each(['neg', 'conj'])('does not take a view marked %s for its storage', async (mark) => {
    const view = call(
      'torch._utils._rebuild_tensor_v2',
      storage(4),
      int(0),
      tuple(int(4)),
      tuple(int(1)),
      [0x89],
      [0x7d],
      dict(mark, [0x88]),
    );
    const { tensors } = await read(file(dict('w', view)));
    expect(tensors.get('w')).toMatchObject({
      dims: [4],
      unread: 'a negated or conjugated view cannot be imported',
    });
  });

  it('rejects a typed tensor past its bytes', async () => {
    const object = call(
      'torch._utils._rebuild_tensor_v3',
      raw,
      int(0),
      tuple(int(9)),
      tuple(int(1)),
      [0x89],
      [0x7d],
      global('torch.uint16'),
    );
    await expect(beside(object)).rejects.toMatchObject({ code: 'CORRUPT_FILE' });
  });

  it.each([
    ['complex64', typed('complex64', 8)],
    ['float8_e4m3fn', typed('float8_e4m3fn', 1)],
    ['a quantised tensor', call('torch._utils._rebuild_qtensor', raw, int(0), tuple(int(4)))],
    [
      'a sparse tensor',
      call('torch._utils._rebuild_sparse_tensor', raw, tuple([0x4e], tuple(int(4)))),
    ],
  ])('%s is ignored, and rejected by name when read', async (name, object) => {
    const x = (await beside(object)).tensors.get('x')!;
    expect(x).toMatchObject({ dtype: name, unread: `${name} cannot be imported` });
    expect(x.dims).toEqual([name === 'complex64' ? 2 : name.startsWith('a ') ? 4 : 16]);
    expect(() => x.data).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_HOST',
        message: expect.stringContaining("tensor 'x'"),
      }),
    );
  });

  it('rejects a tensor wrapped in itself', async () => {
    const wrap = 'torch._tensor._rebuild_from_type_v2';
    const object = call(wrap, global(wrap), global('torch.Tensor'), tuple(), [0x4e]);
    await expect(read(file(dict('w', object)))).rejects.toMatchObject({ code: 'CORRUPT_FILE' });
  });
});

describe('a checkpoint that lies', () => {
  it('rejects a view of a storage instead of reading the wrong place', async () => {
    const view = tuple(unicode('v'), int(2), int(2));
    const id = tuple(
      unicode('storage'),
      global('torch.FloatStorage'),
      unicode('0'),
      unicode('cpu'),
      int(4),
      view,
    );
    const object = call(
      'torch._utils._rebuild_tensor_v2',
      [...id, 0x51],
      int(0),
      tuple(int(2)),
      tuple(int(1)),
    );
    await expect(read(file(dict('w', object)))).rejects.toMatchObject({ code: 'CORRUPT_FILE' });
  });

  it('reads two distant elements without those between', async () => {
    const found = await read(file(dict('w', tensor(4000, 0, [2], [3999])), 4000));
    expect(found.tensors.get('w')).toMatchObject({ dims: [2], data: new Float32Array(2) });
  });

  it('rejects a tensor whose shape is not a shape', async () => {
    for (const shape of [[0x4e], unicode('4'), call('argparse.Namespace')]) {
      const object = call('torch._utils._rebuild_tensor_v2', storage(4), int(0), shape, shape);
      await expect(read(file(dict('w', object)))).rejects.toMatchObject({ code: 'CORRUPT_FILE' });
    }
  });

  it('rejects a storage that the file does not list', async () => {
    const id = tuple(
      unicode('storage'),
      global('torch.FloatStorage'),
      unicode('9'),
      unicode('cpu'),
      int(4),
      [0x4e],
    );
    const object = call(
      'torch._utils._rebuild_tensor_v2',
      [...id, 0x51],
      int(0),
      tuple(int(2)),
      tuple(int(1)),
    );
    const both = [...dict('w', tensor(4, 0, [4], [1])), ...unicode('v'), ...object, 0x73];
    await expect(read(file(both))).rejects.toMatchObject({
      message: expect.stringContaining("storage '9' is missing"),
    });
  });

  it('rejects many tensors expanded from one element', async () => {
    const one = tensor(4, 0, [1000, 1000], [0, 0]);
    const many = Array.from({ length: 20 }, (_, i) => [...unicode(`t${i}`), ...one]).flat();
    await expect(read(file([0x7d, 0x28, ...many, 0x75]))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
  });

  it('shortens a long name in the error, and strips terminal controls', async () => {
    for (const name of ['os.\x1b[2Jsystem', `os.${'x'.repeat(100_000)}`]) {
      const error = await read(file(call(name))).catch((cause: Error) => cause);
      expect(error).toMatchObject({ code: 'UNSAFE_FILE' });
      expect((error as Error).message).not.toMatch(/[^ -~…]|x{200}/);
    }
  });

  it('handles thousands of references to one storage, and nested dictionaries, in no time', async () => {
    const start = process.cpuUsage();
    const refs = Array.from({ length: 3000 }, (_, i) => [
      ...unicode(`t${i}`),
      ...tensor(4, 0, [1], [1]),
    ]).flat();
    expect((await read(file([0x7d, 0x28, ...refs, 0x75]))).tensors.size).toBe(3000);
    const keys = ['params', 'state_dict', 'model', 'net', 'network'];
    const nest = (depth: number): number[] =>
      depth === 0
        ? [0x7d]
        : [0x7d, 0x28, ...keys.flatMap((key) => [...unicode(key), ...nest(depth - 1)]), 0x75];
    await expect(read(file(nest(5)))).rejects.toMatchObject({ code: 'CORRUPT_FILE' });
    expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
  });

  const records = (count: number) => [
    0x7d,
    0x28,
    ...Array.from({ length: count }, (_, i) => [...unicode(`${100_000 + i}`), ...int(i)]).flat(),
    0x75,
  ];

  it('rejects a long key before it lengthens the paths of thousands of records', async () => {
    const start = process.cpuUsage();
    const object = dict('k'.repeat(40_000), records(4000));
    await expect(read(file(object))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringMatching(/^x\.pth: byte \d+: key 'k{120}…' has 40000 characters; /),
    });
    expect(process.cpuUsage(start).user).toBeLessThan(1_000_000);
  });

  it('rejects a long path made of keys and of indices', async () => {
    const weights = tensor(4, 0, [4], [1]);
    const beside = (inner: number[]) => dict('k'.repeat(1000), dict('l'.repeat(998), inner));
    for (const inner of [dict('w', weights), [0x5d, ...weights, 0x61]]) {
      await expect(read(file(beside(inner)))).rejects.toMatchObject({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringMatching(
          /^x\.pth: path 'k{120}…' has 2001 characters; at most 2000 /,
        ),
      });
    }
  });

  it('reads a path of 2000 characters', async () => {
    const name = 'l'.repeat(999);
    const object = dict('k'.repeat(1000), dict(name, tensor(4, 0, [4], [1])));
    const { tensors } = await read(file(object));
    expect([...tensors.keys()]).toEqual([`${'k'.repeat(1000)}.${name}`]);
  });

  it('rejects a long name of a storage', async () => {
    const id = [unicode('storage'), global('torch.FloatStorage'), unicode('0'.repeat(3000))];
    const object = [...tuple(...id, unicode('cpu'), int(4), [0x4e]), 0x51];
    await expect(read(file(object))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('has 3000 characters'),
    });
  });

  it.each([
    ['an element past the storage', tensor(4, 2, [3], [1]), 'CORRUPT_FILE'],
    ['strides past the storage', tensor(4, 0, [2, 2], [4, 1]), 'CORRUPT_FILE'],
    ['negative sizes', tensor(4, 0, [-2, -2], [1, 1]), 'CORRUPT_FILE'],
    ['negative strides', tensor(4, 3, [2], [-1]), 'CORRUPT_FILE'],
    ['a shape without strides', tensor(4, 0, [2, 2], [1]), 'CORRUPT_FILE'],
    ['billions of elements out of one', tensor(4, 0, [65536, 65536], [0, 0]), 'LIMIT_EXCEEDED'],
    ['a rank of forty', tensor(4, 0, new Array(40).fill(1), new Array(40).fill(1)), 'CORRUPT_FILE'],
    ['a storage longer than the file', tensor(4000, 0, [4], [1]), 'CORRUPT_FILE'],
  ])('%s is rejected', async (_what, object, code) => {
    await expect(read(file(dict('w', object)))).rejects.toMatchObject({ code });
  });

  it('reads past a list that contains itself', async () => {
    // list → memo 0 → appended to itself; the walk over storages must end.
    const loop = [0x5d, 0x71, 0, 0x68, 0, 0x61];
    const object = [...dict('w', tensor(4, 0, [4], [1])), ...unicode('loop'), ...loop, 0x73];
    expect([...(await read(file(object))).tensors.keys()]).toEqual(['w']);
  });

  it('rejects a dictionary inside itself', async () => {
    const object = [0x7d, 0x71, 0, ...unicode('params'), 0x68, 0, 0x73];
    await expect(read(file(object))).rejects.toMatchObject({ code: 'CORRUPT_FILE' });
  });

  it.each([
    ['nesting', new Array<number>(100_000).fill(0x5d)],
    ['marks', new Array<number>(100_000).fill(0x28)],
    ['an unknown memory', [0x68, 9]],
    ['an empty stack', [0x30]],
    ['no mark', [0x74]],
    ['a key without a value', [0x7d, 0x28, ...int(1), 0x75]],
    ['a text of four gigabytes', [0x58, 255, 255, 255, 255]],
    ['a text of eight exabytes', [0x8d, 255, 255, 255, 255, 255, 255, 255, 127]],
    ['an integer of two gigabytes', [0x8b, 255, 255, 255, 127]],
  ])('rejects %s', async (_what, code) => {
    await expect(read(file(code))).rejects.toMatchObject({
      code: expect.stringMatching(/CORRUPT_FILE|LIMIT_EXCEEDED/),
    });
  });
});
