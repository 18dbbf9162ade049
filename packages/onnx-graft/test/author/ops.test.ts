import { GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { describe, expect, test } from 'vitest';
import { counting, runFragment, type Value, wavy } from './run-fragment.ts';

const opsets = [11, 13, 17, 18, 20, 23];

describe.each(opsets)('operator set %i', (opset) => {
  /** Builds a model with `make`, runs it and returns its values. */
  async function run(
    inputs: Record<string, Value>,
    make: (g: GraphBuilder) => string | string[],
  ): Promise<Value[]> {
    const g = new GraphBuilder({ opset, prefix: 't' });
    const made = make(g);
    return runFragment(g, inputs, typeof made === 'string' ? [made] : made);
  }

  test('splits by sizes and into equal parts', async () => {
    const x = counting([1, 5, 2]);
    const parts = await run({ x }, (g) => ops.split(g, 'x', [1, 3, 1], 1));
    expect(parts.map((part) => part.values)).toEqual([
      [0, 1],
      [2, 3, 4, 5, 6, 7],
      [8, 9],
    ]);
    const halves = await run({ x: counting([4]) }, (g) => ops.splitEqual(g, 'x', 2, 0));
    expect(halves.map((half) => half.values)).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  test('pads with a constant and by reflection', async () => {
    const x = counting([1, 2], 1);
    const [zeros] = await run({ x }, (g) => ops.pad(g, 'x', [0, 1, 1, 0]));
    expect(zeros).toMatchObject({ dims: [2, 3], values: [0, 1, 2, 0, 0, 0] });
    const [nines] = await run({ x }, (g) =>
      ops.pad(g, 'x', [0, 1, 0, 0], { value: g.scalar(9, 'float32') }),
    );
    expect(nines!.values).toEqual([9, 1, 2]);
    const [mirror] = await run({ x: counting([1, 3]) }, (g) =>
      ops.pad(g, 'x', [0, 0, 0, 2], { mode: 'reflect' }),
    );
    expect(mirror!.values).toEqual([0, 1, 2, 1, 0]);
  });

  test('pads with the edge, and crops', async () => {
    const [edge] = await run({ x: counting([2, 2]) }, (g) =>
      ops.pad(g, 'x', [1, 0, 0, 2], { mode: 'edge' }),
    );
    expect(edge).toMatchObject({ dims: [3, 4], values: [0, 1, 1, 1, 0, 1, 1, 1, 2, 3, 3, 3] });
    const [cut] = await run({ x: counting([2, 3]) }, (g) => ops.pad(g, 'x', [0, -1, 1, 0]));
    expect(cut).toMatchObject({ dims: [3, 2], values: [1, 2, 4, 5, 0, 0] });
    const [mirror] = await run({ x: counting([1, 4]) }, (g) =>
      ops.pad(g, 'x', [0, 3, 0, 3], { mode: 'reflect' }),
    );
    expect(mirror!.values).toEqual([3, 2, 1, 0, 1, 2, 3, 2, 1, 0]);
  });

  test.each([
    ['constant', [0, 0, 0, 0, 1, 2]],
    ['edge', [1, 1, 2, 1, 1, 2]],
  ] as const)('pads by a computed amount, %s', async (mode, values) => {
    const pads: Value = { dims: [8], values: [0, 0, 1, 1, 0, 0, 0, 0], type: 'int64' };
    const [y] = await run({ x: counting([1, 1, 1, 2], 1), pads }, (g) =>
      ops.pad(g, 'x', 'pads', { mode }),
    );
    expect(y).toMatchObject({ dims: [1, 1, 2, 3], values });
  });

  test('compares for equality in a form that has kernels', async () => {
    const x = { dims: [4], values: [1, 2, Number.NaN, -1] };
    const y = { dims: [4], values: [1, 3, Number.NaN, -1] };
    const [same] = await run({ x, y }, (g) => ops.cast(g, ops.equal(g, 'x', 'y'), 'float32'));
    expect(same!.values).toEqual([1, 0, 0, 1]);
  });

  test('reduces over given axes', async () => {
    const x = { dims: [2, 3], values: [1, 2, 2, -4, 0, 3] };
    const results = await run({ x }, (g) => [
      ops.reduceSum(g, 'x', [1]),
      ops.reduceMean(g, 'x', [0]),
      ops.reduceL2(g, 'x', [-1]),
      ops.reduceSumSquare(g, 'x', [1]),
    ]);
    expect(results.map((value) => value.dims)).toEqual([
      [2, 1],
      [1, 3],
      [2, 1],
      [2, 1],
    ]);
    expect(results.map((value) => value.values)).toEqual([
      [5, -1],
      [-1.5, 1, 2.5],
      [3, 5],
      [9, 25],
    ]);
  });

  test('squeezes and unsqueezes', async () => {
    const [y, z] = await run({ x: counting([1, 2, 1]) }, (g) => [
      ops.squeeze(g, 'x', [0, 2]),
      ops.unsqueeze(g, 'x', [0, 4]),
    ]);
    expect([y!.dims, z!.dims]).toEqual([[2], [1, 1, 2, 1, 1]]);
  });

  test('softmax runs over the last axis only', async () => {
    const x = { dims: [1, 2, 2], values: [0, Math.log(3), 5, 5] };
    const [y] = await run({ x }, (g) => ops.softmax(g, 'x'));
    close(y!.values, [0.25, 0.75, 0.5, 0.5]);
  });

  test('clips on either side or both', async () => {
    const x = { dims: [3], values: [-2, 0.5, 7] };
    const results = await run({ x }, (g) => [
      ops.clip(g, 'x', { min: 0 }),
      ops.clip(g, 'x', { max: 1 }),
      ops.clip(g, 'x', { min: 0, max: 1 }),
    ]);
    expect(results.map((value) => value.values)).toEqual([
      [0, 0.5, 7],
      [-2, 0.5, 1],
      [0, 0.5, 1],
    ]);
  });

  test('resizes to a fixed and a computed size', async () => {
    const x = wavy([2, 3, 4, 6]);
    const [up, down] = await run({ x, like: counting([1, 1, 3, 2]) }, (g) => [
      ops.resizeTo(g, 'x', [7, 9]),
      ops.resizeTo(g, 'x', ops.spatialSize(g, 'like')),
    ]);
    expect([up!.dims, down!.dims]).toEqual([
      [2, 3, 7, 9],
      [2, 3, 3, 2],
    ]);
    close(up!.values, bilinear(x, 7, 9));
    close(down!.values, bilinear(x, 3, 2));
  });

  test('resizes like a value of unknown rank', async () => {
    const dims: Value = { dims: [4], values: [1, 1, 3, 2], type: 'int64' };
    const [y] = await run({ x: wavy([1, 1, 4, 6]), like: counting([6]), dims }, (g) =>
      ops.resizeTo(g, 'x', ops.spatialSize(g, ops.reshape(g, 'like', 'dims'))),
    );
    expect(y!.dims).toEqual([1, 1, 3, 2]);
    const full: Value = { dims: [4], values: [1, 1, 4, 6], type: 'int64' };
    const [z] = await run({ x: wavy([24]), dims: full }, (g) => {
      const small = ops.resizeTo(g, ops.reshape(g, 'x', 'dims'), [2, 3]);
      return ops.conv(g, small, g.floats([1], [1, 1, 1, 1]));
    });
    expect(z!.dims).toEqual([1, 1, 2, 3]);
  });

  test('gives the k largest and smallest', async () => {
    const x = { dims: [2, 4], values: [3, 9, 1, 5, 8, 2, 6, 4] };
    const [values, indices, smallest] = await run({ x }, (g) => {
      const top = ops.topK(g, 'x', 2);
      return [top.values, top.indices, ops.topK(g, 'x', 1, { largest: false, axis: 0 }).values];
    });
    expect(values!.values).toEqual([9, 5, 8, 6]);
    expect(indices).toMatchObject({ values: [1, 3, 0, 2], type: 'int64' });
    expect(smallest!.values).toEqual([3, 2, 1, 4]);
  });

  test('layer norm over the last axis, with and without a bias', async () => {
    const x = wavy([2, 3, 5]);
    const [biased, plain] = await run({ x }, (g) => {
      const weight = g.floats([1, 2, 3, 4, 5]);
      const bias = g.floats([5, 4, 3, 2, 1]);
      return [
        ops.layerNorm(g, 'x', { weight, bias, eps: 0.01 }),
        ops.layerNorm(g, 'x', { weight, eps: 0.01 }),
      ];
    });
    const rows = chunks(x.values, 5).map((row) => normed(row, 0.01));
    close(
      biased!.values,
      rows.flatMap((row) => row.map((v, i) => v * (i + 1) + 5 - i)),
    );
    close(
      plain!.values,
      rows.flatMap((row) => row.map((v, i) => v * (i + 1))),
    );
  });

  test('layer norm over channels, with a bias and bias-free', async () => {
    const x = wavy([2, 3, 2, 2]);
    const [biased, free] = await run({ x }, (g) => {
      const weight = g.floats([1, 2, 3]);
      const bias = g.floats([0.5, 0, -0.5]);
      return [
        ops.layerNormChannels(g, 'x', { weight, bias, eps: 0.01 }),
        ops.layerNormChannels(g, 'x', { weight, eps: 0.01, form: 'biasFree' }),
      ];
    });
    expect([biased!.dims, free!.dims]).toEqual([
      [2, 3, 2, 2],
      [2, 3, 2, 2],
    ]);
    close(
      biased!.values,
      perPixel(x, (pixel) => normed(pixel, 0.01).map((v, c) => v * (c + 1) + 0.5 - c / 2)),
    );
    close(
      free!.values,
      perPixel(x, (pixel) => {
        const deviation = Math.sqrt(variance(pixel) + 0.01);
        return pixel.map((v, c) => (v / deviation) * (c + 1));
      }),
    );
  });

  test('gelu is the exact form', async () => {
    // Values of x·Φ(x) from tables of the normal distribution. The tanh form gives 1.9546, 0.34571.
    const x = { dims: [4], values: [2, 0.5, 0, -1] };
    const [y] = await run({ x }, (g) => ops.gelu(g, 'x'));
    close(y!.values, [1.9544997, 0.3457312, 0, -0.1586553], 1e-6);
  });

  test('l2Normalize keeps a zero row zero', async () => {
    const x = { dims: [2, 2], values: [3, 4, 0, 0] };
    const [y] = await run({ x }, (g) => ops.l2Normalize(g, 'x'));
    close(y!.values, [0.6, 0.8, 0, 0]);
  });

  test('moves depth to space in both orders, and back', async () => {
    const x = counting([1, 8, 1, 1]);
    const [crd, dcr, back] = await run({ x }, (g) => {
      const shuffled = ops.depthToSpace(g, 'x', 2);
      return [
        shuffled,
        ops.depthToSpace(g, 'x', 2, { mode: 'DCR' }),
        ops.pixelUnshuffle(g, shuffled, 2, 2),
      ];
    });
    expect(crd!.values).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(dcr!.values).toEqual([0, 2, 4, 6, 1, 3, 5, 7]);
    expect(back).toMatchObject({ dims: [1, 8, 1, 1], values: x.values });
  });

  test('pixelUnshuffle puts the channel before the offset', async () => {
    const x = wavy([2, 3, 4, 6]);
    const [y] = await run({ x }, (g) => ops.pixelUnshuffle(g, 'x', 2, 3));
    const expected: number[] = [];
    for (let n = 0; n < 2; n++)
      for (let c = 0; c < 12; c++)
        for (let h = 0; h < 2; h++)
          for (let w = 0; w < 3; w++) {
            const [channel, i, j] = [c >> 2, (c >> 1) & 1, c & 1];
            expected.push(x.values[((n * 3 + channel) * 4 + 2 * h + i) * 6 + 2 * w + j]!);
          }
    expect(y!.dims).toEqual([2, 12, 2, 3]);
    close(y!.values, expected);
  });

  test('channel scores are cosines times the temperature', async () => {
    const q = wavy([1, 4, 2, 3]);
    const k = wavy([1, 4, 2, 3], 2);
    const [y] = await run({ q, k }, (g) => {
      const temperature = g.floats([1, 2], [2, 1, 1]);
      const [a, b] = [ops.splitHeads(g, 'q', 2, 4), ops.splitHeads(g, 'k', 2, 4)];
      return ops.channelScores(g, a, b, { temperature });
    });
    const [rowsQ, rowsK] = [chunks(q.values, 6), chunks(k.values, 6)];
    const cosine = (i: number, j: number) =>
      dot(rowsQ[i]!, rowsK[j]!) / length(rowsQ[i]!) / length(rowsK[j]!);
    expect(y!.dims).toEqual([1, 2, 2, 2]);
    close(y!.values, [
      cosine(0, 0),
      cosine(0, 1),
      cosine(1, 0),
      cosine(1, 1),
      ...[cosine(2, 2), cosine(2, 3), cosine(3, 2), cosine(3, 3)].map((v) => 2 * v),
    ]);
  });

  test('conv takes every option', async () => {
    const x = counting([1, 2, 3, 3], 1);
    const [plain, grouped] = await run({ x }, (g) => [
      ops.conv(g, 'x', g.floats([1, 10], [1, 2, 1, 1]), { bias: g.floats([0.5]), strides: [2, 2] }),
      ops.conv(g, 'x', g.floats([1, 2, 1, 2], [2, 1, 1, 2]), {
        group: 2,
        kernel: [1, 2],
        pads: [0, 0, 0, 2],
        dilations: [1, 2],
      }),
    ]);
    expect(plain).toMatchObject({ dims: [1, 1, 2, 2], values: [101.5, 123.5, 167.5, 189.5] });
    expect(grouped!.values.slice(0, 3)).toEqual([1 + 2 * 3, 2, 3]);
  });

  test('shape, slice, gather, concat, expand, where, cast', async () => {
    const x = counting([2, 3, 4]);
    const [dims, cut, picked, joined, wide, chosen] = await run({ x }, (g) => [
      ops.dimensions(g, 'x', 1, 3),
      ops.slice(g, 'x', { axes: [0, 2], starts: [1, 0], ends: [2, 4], steps: [1, 3] }),
      ops.gather(g, ops.shape(g, 'x'), [2, 0], 0),
      ops.concat(g, [g.ints([7]), ops.dimensions(g, 'x', 0, 2)], 0),
      ops.expand(g, g.floats([1, 2], [2, 1]), [1, 3]),
      ops.cast(
        g,
        ops.where(g, ops.greater(g, 'x', g.scalar(21, 'float32')), 'x', g.scalar(-1, 'float32')),
        'int64',
      ),
    ]);
    expect(dims!.values).toEqual([3, 4]);
    expect(cut).toMatchObject({ dims: [1, 3, 2], values: [12, 15, 16, 19, 20, 23] });
    expect(picked!.values).toEqual([4, 2]);
    expect(joined!.values).toEqual([7, 2, 3]);
    expect(wide).toMatchObject({ dims: [2, 3], values: [1, 1, 1, 2, 2, 2] });
    expect(chosen!.values.slice(-4)).toEqual([-1, -1, 22, 23]);
  });

  test('computes one-input and two-input ops', async () => {
    const [a, b] = [wavy([5]), wavy([5], 1)];
    const two = {
      add: (x: number, y: number) => x + y,
      sub: (x: number, y: number) => x - y,
      mul: (x: number, y: number) => x * y,
      div: (x: number, y: number) => x / y,
      max: Math.max,
      min: Math.min,
    } as const;
    const one = {
      exp: Math.exp,
      tanh: Math.tanh,
      sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
      relu: (x: number) => Math.max(x, 0),
      neg: (x: number) => -x,
      abs: Math.abs,
      reciprocal: (x: number) => 1 / x,
    } as const;
    const names2 = Object.keys(two) as (keyof typeof two)[];
    const names1 = Object.keys(one) as (keyof typeof one)[];
    const results = await run({ a, b }, (g) => [
      ...names2.map((name) => ops[name](g, 'a', 'b')),
      ...names1.map((name) => ops[name](g, 'a')),
    ]);
    names2.forEach((name, i) => {
      close(
        results[i]!.values,
        a.values.map((v, k) => two[name](v, b.values[k]!)),
        1e-4,
      );
    });
    names1.forEach((name, i) => {
      close(
        results[names2.length + i]!.values,
        a.values.map((v) => one[name](v)),
        1e-4,
      );
    });
  });

  test('half precision: norms, softmax and scores are computed in float32', async () => {
    // 300² overflows half precision (65504), and so would a norm computed in it.
    const half: Value = {
      dims: [1, 2, 1, 2],
      values: [0x5cb0, 0x5cb0, 0xdcb0, 0x5cb0],
      type: 'float16',
    };
    const [normed, unit, soft, scores] = await run({ x: half }, (g) => {
      const dataType = 'float16';
      const weight = g.floats([1, 1]);
      return [
        ops.layerNormChannels(g, 'x', { weight, bias: weight, eps: 1e-5, dataType }),
        ops.l2Normalize(g, 'x', { dataType }),
        ops.softmax(g, 'x', { dataType }),
        ops.channelScores(g, ops.splitHeads(g, 'x', 1, 2), ops.splitHeads(g, 'x', 1, 2), {
          temperature: g.floats([1], [1, 1, 1]),
          dataType,
        }),
      ];
    });
    expect(normed).toMatchObject({ type: 'float16', values: [0x4000, 0x3c00, 0, 0x3c00] });
    expect(unit!.values.map((bits) => bits & 0x7fff)).toEqual([0x39a8, 0x39a8, 0x39a8, 0x39a8]);
    expect(soft).toMatchObject({ type: 'float16', values: [0x3800, 0x3800, 0, 0x3c00] });
    expect(scores!.type).toBe('float32');
    close(scores!.values, [1, 0, 0, 1]);
  });
});

function close(actual: readonly number[], expected: readonly number[], limit = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  const worst = Math.max(
    ...actual.map((v, i) => Math.abs(v - expected[i]!) / Math.max(1, Math.abs(expected[i]!))),
  );
  expect(worst, `largest error ${worst}`).toBeLessThanOrEqual(limit);
}

function chunks(values: readonly number[], size: number): number[][] {
  return Array.from({ length: values.length / size }, (_, i) =>
    values.slice(i * size, (i + 1) * size),
  );
}

function mean(row: readonly number[]): number {
  return row.reduce((sum, v) => sum + v, 0) / row.length;
}

function variance(row: readonly number[]): number {
  return mean(row.map((v) => (v - mean(row)) ** 2));
}

function normed(row: readonly number[], eps: number): number[] {
  return row.map((v) => (v - mean(row)) / Math.sqrt(variance(row) + eps));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, v, i) => sum + v * b[i]!, 0);
}

function length(a: readonly number[]): number {
  return Math.sqrt(dot(a, a));
}

/** Applies `change` to the channel vector of every pixel of an NCHW value. */
function perPixel(x: Value, change: (pixel: number[]) => number[]): number[] {
  const [n, c, h, w] = x.dims as [number, number, number, number];
  const out = [...x.values];
  for (let b = 0; b < n; b++)
    for (let p = 0; p < h * w; p++) {
      const at = (k: number) => (b * c + k) * h * w + p;
      const pixel = Array.from({ length: c }, (_, k) => x.values[at(k)]!);
      change(pixel).forEach((v, k) => {
        out[at(k)] = v;
      });
    }
  return out;
}

/** Bilinear with half-pixel centres, clamped at the borders. */
function bilinear(x: Value, height: number, width: number): number[] {
  const [n, c, h, w] = x.dims as [number, number, number, number];
  const source = (at: number, from: number, to: number) => {
    const place = Math.max(0, ((at + 0.5) * from) / to - 0.5);
    const low = Math.min(Math.floor(place), from - 1);
    return { low, high: Math.min(low + 1, from - 1), part: place - low };
  };
  const out: number[] = [];
  for (let plane = 0; plane < n * c; plane++)
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++) {
        const [row, col] = [source(i, h, height), source(j, w, width)];
        const at = (a: number, b: number) => x.values[(plane * h + a) * w + b]!;
        const top = at(row.low, col.low) * (1 - col.part) + at(row.low, col.high) * col.part;
        const bottom = at(row.high, col.low) * (1 - col.part) + at(row.high, col.high) * col.part;
        out.push(top * (1 - row.part) + bottom * row.part);
      }
  return out;
}
