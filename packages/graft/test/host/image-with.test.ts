import { freshAdapter, hostOf, type Model, planGraft } from '@pip-graft/graft';
import { buildModel, type DataType, GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { expect, test } from 'vitest';

interface Variant {
  /** What the last layer does to the size. */
  readonly end?: 'same' | 'twice' | 'half' | 'cut' | 'told';
  /** Element type of the output; default: float32. */
  readonly output?: DataType;
  /** An input besides the image, which nothing reads. */
  readonly beside?: DataType;
  /** Its name; default: beside. */
  readonly name?: string;
}

/** A U-Net of one skip connection. */
function unet({ end = 'same', output = 'float32', beside, name = 'beside' }: Variant): Model {
  const g = new GraphBuilder({ opset: 17 });
  const conv = (x: string, [outputs, inputs]: [number, number], stride = 1, pad = 1) => {
    const dims = [outputs, inputs, 3, 3];
    const weight = g.tensor('weight', 'float32', dims, new Uint8Array(36 * outputs * inputs));
    return ops.conv(g, x, weight, { strides: [stride, stride], pads: [pad, pad, pad, pad] });
  };
  const resize = (x: string, factor: number) =>
    g.node('Resize', [x, '', g.floats([1, 1, factor, factor])])[0]!;
  const skip = conv('image', [4, 3]);
  const joined = ops.add(g, resize(conv(skip, [4, 4], 2), 2), skip);
  const last = {
    same: () => conv(joined, [3, 4]),
    twice: () => conv(resize(joined, 2), [3, 4]),
    half: () => conv(joined, [3, 4], 2),
    cut: () => conv(joined, [3, 4], 1, 0),
    // To a size that the caller passes.
    told: () => {
      const sizes = ops.concat(g, [g.ints([1, 3]), name, name], 0);
      return g.node('Resize', [conv(joined, [3, 4]), '', '', sizes])[0]!;
    },
  }[end]();
  const made = output === 'float32' ? last : ops.cast(g, last, output);
  const { nodes, initializers } = g.fragment();
  const image = { dataType: 'float32', dims: ['n', 3, 'h', 'w'] } as const;
  return buildModel({
    irVersion: 8,
    opset: 17,
    producer: { name: 'test', version: '0' },
    graphName: 'net',
    nodes,
    initializers,
    inputs: [
      { name: 'image', ...image },
      ...(beside ? [{ name, dataType: beside, dims: [1] }] : []),
    ],
    outputs: [{ name: made, dataType: output, dims: ['n', 3, null, null] }],
  });
}

function planned(variant: Variant, feeds?: Record<string, number>): ReturnType<typeof planGraft> {
  const host = hostOf(unet(variant));
  return planGraft(host, freshAdapter(host), { feeds });
}

test.each([
  ['twice', 'has 2 times the rows and has 2 times the columns'],
  ['half', 'has 0.5 times the rows and has 0.5 times the columns'],
  ['cut', 'has 2 fewer than the rows and has 2 fewer than the columns'],
] as const)('a network whose output has another size is rejected: %s', (end, message) => {
  expect(() => planned({ end })).toThrow(
    expect.objectContaining({
      code: 'UNSUPPORTED_HOST',
      message: expect.stringContaining(`${message} of its image 'image'`) as string,
    }) as Error,
  );
  expect(planned({}).summary.levels).toHaveLength(1);
});

test.each(['int64', 'int32', 'bool'] as const)('an output of %s is not an image', (type) => {
  expect(() => planned({ output: type })).toThrow(
    expect.objectContaining({
      code: 'UNSUPPORTED_HOST',
      message: expect.stringContaining(`of type ${type}, which is not an image`) as string,
    }) as Error,
  );
});

test.each(['string', 'complex64'] as const)(
  'an input that no number can fill is named before a value is asked for: %s',
  (beside) => {
    expect(() => planned({ beside })).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_HOST',
        message: expect.stringContaining(
          `an input 'beside' of type ${beside}, which no number can fill`,
        ) as string,
      }) as Error,
    );
    expect(() => planned({ beside: 'int64' })).toThrow(/--feed beside=NUMBER/);
  },
);

test('an input that sets a size is named, because no number suits all images', () => {
  expect(() => planned({ end: 'told', beside: 'int64', name: 'size' }, { size: 64 })).toThrow(
    expect.objectContaining({
      code: 'UNSUPPORTED_HOST',
      message: expect.stringContaining(
        "its input 'size' sets a size, and one number fits images of one size only",
      ) as string,
    }) as Error,
  );
});

test.each([
  ['int64', 2.5, 'int64 holds whole numbers only'],
  ['uint8', 256, 'uint8 holds 0 to 255'],
  ['uint16', -1, 'uint16 holds 0 to 65535'],
  ['float16', 70_000, 'float16 holds -65504 to 65504'],
  ['float32', 1e99, 'float32 holds '],
] as const)('a value that an input of %s cannot hold is rejected', (beside, value, why) => {
  expect(() => planned({ beside }, { beside: value })).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(`${value} for its input 'beside': ${why}`) as string,
    }) as Error,
  );
  expect(planned({ beside }, { beside: 25 }).summary.host.image?.feeds).toEqual({ beside: 25 });
});

test('an input of booleans takes 0 and 1', () => {
  expect(planned({ beside: 'bool' }, { beside: 1 }).summary.host.image?.feeds).toEqual({
    beside: 1,
  });
  expect(() => planned({ beside: 'bool' }, { beside: 0.5 })).toThrow(
    "0.5 for its input 'beside': bool holds 0 (false) and 1 (true).",
  );
});

test('an input called constructor has no value of its own', () => {
  expect(() => planned({ beside: 'float32', name: 'constructor' })).toThrow(/--feed constructor=/);
});
