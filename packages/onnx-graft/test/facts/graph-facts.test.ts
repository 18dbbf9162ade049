import { bytesSource, GraphBuilder, graphFacts, ops, readModel } from '@pip-graft/onnx-graft';
import onnxProto from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import { modelOf, zeros } from './model-of.ts';

const image = ['n', 3, 'h', 'w'] as const;
const of = (symbol: string, num: number, den: number, offset = 0) => ({
  symbol,
  scale: { num, den },
  offset,
});

describe('dims', () => {
  test("follow the input's symbols through strides, pixel blocks and products", () => {
    const g = new GraphBuilder({ opset: 17 });
    const half = ops.conv(g, 'x', zeros(g, [8, 3, 2, 2]), { strides: [2, 2] });
    const big = ops.depthToSpace(g, half, 2);
    const tokens = ops.reshape(g, half, [0, 8, -1]);
    const flat = ops.reshape(g, half, [-1, 8]);
    const valid = ops.conv(g, 'x', zeros(g, [8, 3, 3, 3]));
    const facts = graphFacts(modelOf(g, { x: image }, [big]));
    expect(facts.value(half)?.dims).toEqual([of('n', 1, 1), 8, of('h', 1, 2), of('w', 1, 2)]);
    expect(facts.value(big)?.dims).toEqual([of('n', 1, 1), 2, of('h', 1, 1), of('w', 1, 1)]);
    expect(facts.value(tokens)?.dims).toEqual([of('n', 1, 1), 8, of('h*w', 1, 4)]);
    expect(facts.value(flat)?.dims?.[0]).toEqual(of('n*h*w', 1, 4));
    expect(facts.value(valid)?.dims?.slice(2)).toEqual([of('h', 1, 1, -2), of('w', 1, 1, -2)]);
  });

  test('are numbers for a fixed input, and unknown after an unknown operator', () => {
    const g = new GraphBuilder({ opset: 17 });
    const half = ops.conv(g, 'x', zeros(g, [8, 3, 2, 2]), { strides: [2, 2] });
    const odd = g.node('Mystery', [half], {}, { domain: 'mine' })[0]!;
    const after = ops.relu(g, odd);
    const last = ops.relu(g, after);
    const facts = graphFacts(modelOf(g, { x: [1, 3, 64, 48] }, [last], { opsets: { mine: 1 } }));
    expect(facts.value(half)?.dims).toEqual([1, 8, 32, 24]);
    expect(facts.value(odd)).toBeUndefined();
    expect(facts.value(after)?.dims).toBeUndefined();
    expect(facts.value('nobody')).toBeUndefined();
  });

  test('of unnamed axes get their own names', () => {
    const g = new GraphBuilder({ opset: 17 });
    const y = ops.relu(g, 'x');
    const facts = graphFacts(modelOf(g, { x: [null, 3, null, null] }, [y]));
    expect(facts.value(y)?.dims).toEqual([
      of('batch', 1, 1),
      3,
      of('height', 1, 1),
      of('width', 1, 1),
    ]);
  });
});

test('a name that every open size has is not the batch', () => {
  const g = new GraphBuilder({ opset: 17 });
  const half = ops.conv(g, 'x', zeros(g, [8, 3, 2, 2]), { strides: [2, 2] });
  const facts = graphFacts(modelOf(g, { x: ['?', 3, '?', '?'] }, [half]));
  expect(facts.value(half)?.dims).toEqual([of('batch', 1, 1), 8, of('?', 1, 2), of('?', 1, 2)]);
  expect(facts.sample.values.get('x')?.dims?.[0]).toBe(1);
});

describe('channels and scale', () => {
  const unshuffled = (g: GraphBuilder, x: string, channels: number): string => {
    const size = g.node('Shape', [x])[0]!;
    const at = (index: number): string =>
      ops.slice(g, size, { starts: [index], ends: [index + 1], axes: [0] });
    const half = (index: number): string => ops.div(g, at(index), g.ints([2]));
    const two = g.ints([2]);
    const split = ops.concat(g, [at(0), g.ints([channels]), half(2), two, half(3), two], 0);
    const moved = ops.transpose(g, ops.reshape(g, x, split), [0, 1, 3, 5, 2, 4]);
    const merged = ops.concat(g, [at(0), g.ints([4 * channels]), half(2), half(3)], 0);
    return ops.reshape(g, moved, merged);
  };

  test.each([
    ['free', image],
    ['fixed and square', [1, 3, 64, 64] as const],
  ])('of PixelUnshuffle and PixelShuffle written with Reshape, %s sizes', (_, dims) => {
    const g = new GraphBuilder({ opset: 16 });
    const wide = ops.conv(g, 'x', zeros(g, [4, 3, 1, 1]));
    const down = unshuffled(g, wide, 4);
    const blocks = ops.reshape(g, down, [0, 4, 2, 2, ...(dims[2] === 64 ? [32, 32] : [-1, 0])]);
    const facts = graphFacts(modelOf(g, { x: dims }, [blocks]));
    expect([facts.channels(wide), facts.scale(wide)]).toEqual([4, 1]);
    expect([facts.channels(down), facts.scale(down)]).toEqual([16, 2]);
    expect(facts.sample.conflicts).toEqual([]);
  });

  test("of PixelShuffle written with Reshape return to the input's", () => {
    const g = new GraphBuilder({ opset: 16 });
    const down = ops.conv(g, 'x', zeros(g, [8, 3, 2, 2]), { strides: [2, 2] });
    const size = g.node('Shape', [down])[0]!;
    const at = (index: number): string =>
      ops.slice(g, size, { starts: [index], ends: [index + 1], axes: [0] });
    const twice = (index: number): string => ops.mul(g, at(index), g.ints([2]));
    const split = ops.concat(g, [at(0), g.ints([2, 2, 2]), at(2), at(3)], 0);
    const moved = ops.transpose(g, ops.reshape(g, down, split), [0, 1, 4, 2, 5, 3]);
    const up = ops.reshape(g, moved, ops.concat(g, [at(0), g.ints([2]), twice(2), twice(3)], 0));
    const facts = graphFacts(modelOf(g, { x: image }, [up]));
    expect([facts.channels(up), facts.scale(up)]).toEqual([2, 1]);
  });

  test('channel attention leaves the image and returns, even if its matrix is as large as a level', () => {
    const g = new GraphBuilder({ opset: 17 });
    const wide = ops.conv(g, 'x', zeros(g, [64, 3, 1, 1]));
    const q = ops.reshape(g, wide, [0, 4, 16, -1]);
    const matrix = g.node('Softmax', [ops.matmul(g, q, ops.transpose(g, q, [0, 1, 3, 2]))])[0]!;
    const out = ops.reshape(g, ops.matmul(g, matrix, q), [1, 64, 64, 64]);
    const facts = graphFacts(modelOf(g, { x: [1, 3, 64, 64] }, [out]));
    expect(facts.value(q)?.axes).toBe('...T');
    expect(facts.value(matrix)).toMatchObject({ dims: [1, 4, 16, 16], axes: '....' });
    expect([facts.scale(matrix), facts.channels(matrix)]).toEqual([undefined, undefined]);
    expect([facts.scale(out), facts.channels(out)]).toEqual([1, 64]);
  });

  test('window attention keeps rows and columns apart', () => {
    const g = new GraphBuilder({ opset: 17 });
    const wide = ops.conv(g, 'x', zeros(g, [12, 3, 1, 1]));
    const rows = ops.transpose(g, wide, [0, 2, 3, 1]);
    const parts = ops.transpose(g, ops.reshape(g, rows, [1, 4, 8, 6, 8, 12]), [0, 1, 3, 2, 4, 5]);
    const windows = ops.reshape(g, parts, [24, 64, 12]);
    const mixed = ops.matmul(g, windows, zeros(g, [12, 12]));
    const back = ops.transpose(g, ops.reshape(g, mixed, [1, 4, 6, 8, 8, 12]), [0, 1, 3, 2, 4, 5]);
    const out = ops.transpose(g, ops.reshape(g, back, [1, 32, 48, 12]), [0, 3, 1, 2]);
    const facts = graphFacts(modelOf(g, { x: [1, 3, 32, 48] }, [out]));
    expect([rows, parts, windows, out].map((name) => facts.value(name)?.axes)).toEqual([
      '.HW.',
      '.HW...',
      'T..',
      '..HW',
    ]);
    expect(facts.scale(out)).toBe(1);
  });

  test('are undefined for weights, pooled vectors and prompts', () => {
    const g = new GraphBuilder({ opset: 17 });
    const pooled = g.node('GlobalAveragePool', ['x'])[0]!;
    const prompt = ops.resizeTo(g, zeros(g, [1, 5, 16, 16]), ops.spatialSize(g, 'x'));
    const sized = ops.resizeTo(g, 'x', [16, 16]);
    const facts = graphFacts(modelOf(g, { x: image }, [prompt]));
    expect([pooled, prompt, sized].map((name) => facts.scale(name))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(facts.value(prompt)?.dims?.slice(1)).toEqual([5, of('h', 1, 1), of('w', 1, 1)]);
  });

  test('padding to a multiple is computed, and cropping undoes it', () => {
    const g = new GraphBuilder({ opset: 13 });
    const size = ops.spatialSize(g, 'x');
    const sixteen = g.ints([16]);
    const missing = g.node('Mod', [
      ops.sub(g, sixteen, g.node('Mod', [size, sixteen])[0]!),
      sixteen,
    ])[0]!;
    const padded = ops.pad(g, 'x', ops.concat(g, [g.ints([0, 0, 0, 0, 0, 0]), missing], 0));
    const low = ops.conv(g, padded, zeros(g, [4, 3, 16, 16]), { strides: [16, 16] });
    const cropped = g.node('Slice', [padded, g.ints([0, 0]), size, g.ints([2, 3])])[0]!;
    const facts = graphFacts(modelOf(g, { x: image }, [cropped]));
    expect(facts.scale(low)).toBe(16);
    expect(facts.value(cropped)?.dims).toEqual([of('n', 1, 1), 3, of('h', 1, 1), of('w', 1, 1)]);
    const at = facts.at({ batch: 1, height: 33, width: 40 });
    expect(at.values.get(padded)?.dims).toEqual([1, 3, 48, 48]);
    expect(at.values.get(low)?.dims).toEqual([1, 4, 3, 3]);
  });

  test('a fixed-size model that pads its input is measured against the padded image', () => {
    const g = new GraphBuilder({ opset: 13 });
    const padded = ops.pad(g, 'x', [0, 0, 0, 0, 0, 0, 6, 9]);
    const low = ops.conv(g, padded, zeros(g, [4, 3, 8, 8]), { strides: [8, 8] });
    const facts = graphFacts(modelOf(g, { x: [1, 3, 18, 23] }, [low]));
    expect(['x', padded, low].map((name) => facts.scale(name))).toEqual([1, 1, 8]);
  });

  test('a map larger than the image has a scale below 1, and borders do not matter', () => {
    const g = new GraphBuilder({ opset: 17 });
    const valid = ops.conv(g, 'x', zeros(g, [12, 3, 5, 5]));
    const up = ops.depthToSpace(g, valid, 2);
    const facts = graphFacts(modelOf(g, { x: image }, [up]));
    expect([facts.scale(valid), facts.scale(up)]).toEqual([1, 0.5]);
  });

  test('scale works in any layout, channels only in NCHW', () => {
    const g = new GraphBuilder({ opset: 17 });
    const turned = ops.transpose(g, 'x', [0, 3, 1, 2]);
    const facts = graphFacts(modelOf(g, { x: ['n', 'h', 'w', 3] }, [turned]));
    expect([facts.scale('x'), facts.scale(turned)]).toEqual([1, 1]);
    expect([facts.channels('x'), facts.channels(turned)]).toEqual([undefined, 3]);
  });
});

describe('links', () => {
  test('gives producers, uses, outputs and reachability', () => {
    const g = new GraphBuilder({ opset: 17 });
    const a = ops.relu(g, 'x');
    const b = ops.sigmoid(g, a);
    const c = ops.mul(g, a, a);
    const facts = graphFacts(modelOf(g, { x: image }, [c]));
    expect([facts.producer('x'), facts.producer(a), facts.producer(c)]).toEqual([undefined, 0, 2]);
    expect(facts.uses(a)).toEqual([
      { node: 1, input: 0, captured: false },
      { node: 2, input: 0, captured: false },
      { node: 2, input: 1, captured: false },
    ]);
    expect([facts.isOutput(c), facts.isOutput(b), facts.uses(b)]).toEqual([true, false, []]);
    expect([facts.reaches('x', c), facts.reaches(a, c), facts.reaches(a, a)]).toEqual([
      true,
      true,
      true,
    ]);
    expect([facts.reaches(b, c), facts.reaches(c, a)]).toEqual([false, false]);
    const behind = facts.ancestors(c);
    expect([0, 1, 2].map((node) => behind.has(node))).toEqual([true, false, true]);
  });

  test('a chain of 50,000 nodes does not overflow the stack', () => {
    const g = new GraphBuilder({ opset: 17 });
    let last = 'x';
    for (let i = 0; i < 50_000; i++)
      last = g.node('Relu', [last], {}, { name: `r${i}`, outputs: [`v${i}`] })[0]!;
    const facts = graphFacts(modelOf(g, { x: image }, [last]));
    expect(facts.reaches('x', last)).toBe(true);
    expect(facts.scale(last)).toBe(1);
  });

  test('bodies of If capture values and pass shapes through', () => {
    const { onnx } = onnxProto;
    const body = (name: string) => ({
      name,
      node: [{ opType: 'Relu', name, input: ['x'], output: [`${name}_out`] }],
      output: [{ name: `${name}_out` }],
    });
    const dim = [{ dimParam: 'n' }, { dimValue: 3 }, { dimParam: 'h' }, { dimParam: 'w' }];
    const bytes = onnx.ModelProto.encode({
      irVersion: 8,
      opsetImport: [{ version: 17 }],
      graph: {
        name: 'g',
        input: [
          { name: 'c', type: { tensorType: { elemType: 9, shape: { dim: [] } } } },
          { name: 'x', type: { tensorType: { elemType: 1, shape: { dim } } } },
        ],
        node: [
          {
            opType: 'If',
            input: ['c'],
            output: ['y'],
            attribute: [
              { name: 'else_branch', type: 5, g: body('other') },
              { name: 'then_branch', type: 5, g: body('then') },
            ],
          },
        ],
        output: [{ name: 'y' }],
      },
    }).finish();
    const facts = graphFacts(readModel(bytesSource(bytes)));
    expect(facts.uses('x')).toEqual([{ node: 0, input: -1, captured: true }]);
    expect(facts.reaches('x', 'y')).toBe(true);
    expect(facts.scale('y')).toBe(1);
  });

  test('infers functions with their arguments, and leaves a recursive function unknown', () => {
    const { onnx } = onnxProto;
    const dim = [{ dimValue: 1 }, { dimValue: 8 }, { dimValue: 4 }, { dimValue: 6 }];
    const bytes = onnx.ModelProto.encode({
      irVersion: 8,
      opsetImport: [{ version: 17 }, { domain: 'f', version: 1 }],
      graph: {
        name: 'g',
        input: [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim } } } }],
        node: [
          { opType: 'Up', domain: 'f', input: ['x'], output: ['y'] },
          { opType: 'Loop', domain: 'f', input: ['x'], output: ['z'] },
        ],
        output: [{ name: 'y' }, { name: 'z' }],
      },
      functions: [
        {
          name: 'Up',
          domain: 'f',
          input: ['a'],
          output: ['b'],
          node: [
            {
              opType: 'DepthToSpace',
              input: ['a'],
              output: ['b'],
              attribute: [{ name: 'blocksize', type: 2, i: 2 }],
            },
          ],
        },
        {
          name: 'Loop',
          domain: 'f',
          input: ['a'],
          output: ['b'],
          node: [
            { opType: 'Loop', domain: 'f', input: ['a'], output: ['c'] },
            { opType: 'Loop', domain: 'f', input: ['c'], output: ['b'] },
          ],
        },
      ],
    }).finish();
    const facts = graphFacts(readModel(bytesSource(bytes)));
    expect(facts.value('y')?.dims).toEqual([1, 2, 8, 12]);
    expect(facts.value('z')).toBeUndefined();
  });
});

test('an unknown number of elements is no conflict', () => {
  const g = new GraphBuilder({ opset: 17 });
  const rows = ops.reshape(g, 'weights', g.ints([-1, 5]));
  g.node('Identity', [rows], {}, { outputs: ['y'] });
  const facts = graphFacts(modelOf(g, { weights: [null, 5] }, ['y']));
  expect(facts.sample.conflicts).toEqual([]);
  expect(facts.sample.values.get('y')?.dims).toEqual([Number.NaN, 5]);
});

test('reports conflicting sizes with their node', () => {
  const g = new GraphBuilder({ opset: 17 });
  const low = ops.conv(g, 'x', zeros(g, [3, 3, 2, 2]), { strides: [2, 2] });
  const bad = ops.add(g, 'x', low);
  const facts = graphFacts(modelOf(g, { x: [1, 3, 8, 6] }, [bad]));
  expect(facts.sample.conflicts).toEqual([
    { node: 1, sizes: [8, 4], what: 'broadcast' },
    { node: 1, sizes: [6, 3], what: 'broadcast' },
  ]);
});

describe('a size built into a file with free sizes', () => {
  const facts = (dims: readonly (number | string)[], height: number, width: number) => {
    const g = new GraphBuilder({ opset: 17 });
    const half = ops.conv(g, 'x', zeros(g, [8, 3, 2, 2]), { strides: [2, 2] });
    const flat = ops.reshape(g, half, [1, 8, (height * width) / 4]);
    const back = ops.reshape(g, flat, [1, 8, height / 2, width / 2]);
    const out = ops.add(g, half, back);
    return { out, half, facts: graphFacts(modelOf(g, { x: dims }, [out])) };
  };

  test.each([
    [96, 96],
    [64, 160],
  ])('is found: %i x %i', (height, width) => {
    const { out, half, facts: found } = facts(['n', 3, 'h', 'w'], height, width);
    expect(found.builtInSize).toEqual({ batch: 1, height, width });
    expect(found.sample.conflicts).toEqual([]);
    expect(found.value(out)?.dims).toEqual([1, 8, height / 2, width / 2]);
    expect([found.scale(half), found.scale(out)]).toEqual([2, 2]);
  });

  test('is undefined if sizes are free or declared fixed', () => {
    expect(facts([1, 3, 96, 96], 96, 96).facts.builtInSize).toBeUndefined();
    const g = new GraphBuilder({ opset: 17 });
    const y = ops.relu(g, 'x');
    expect(graphFacts(modelOf(g, { x: image }, [y])).builtInSize).toBeUndefined();
  });
});
