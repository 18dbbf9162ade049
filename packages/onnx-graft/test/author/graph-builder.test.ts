import { GraftError, GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { describe, expect, test } from 'vitest';
import { numberBytes } from '../../src/number/number-bytes.ts';

describe('GraphBuilder', () => {
  test('names nodes, outputs and tensors under its prefix, in order', () => {
    const g = new GraphBuilder({ opset: 17, prefix: 'pip' });
    const inner = g.scope('level1').scope('attn');
    const weight = inner.tensor('qkv.weight', 'float32', [1, 1, 1, 1], new Uint8Array(4));
    const first = ops.conv(inner, 'x', weight, { name: 'qkv' });
    const second = ops.relu(g, first);
    const { nodes, initializers } = g.fragment();
    expect([weight, first, second]).toEqual([
      'pip/level1/attn/qkv.weight',
      'pip/level1/attn/qkv_output_0',
      'pip/Relu_output_0',
    ]);
    expect(nodes.map((node) => node.name)).toEqual(['pip/level1/attn/qkv', 'pip/Relu']);
    expect(initializers.map((tensor) => tensor.name)).toEqual(['pip/level1/attn/qkv.weight']);
  });

  test('numbers a taken name, and asks the name source first', () => {
    const g = new GraphBuilder({ opset: 17 });
    expect(ops.relu(g, 'x')).not.toBe(ops.relu(g, 'x'));
    const asked: string[] = [];
    const taken = {
      take(wanted: string) {
        asked.push(wanted);
        return `${wanted}!`;
      },
    };
    expect(ops.relu(new GraphBuilder({ opset: 17, prefix: 'p', taken }), 'x')).toBe(
      'p/Relu!_output_0!',
    );
    expect(asked).toEqual(['p/Relu', 'p/Relu!_output_0']);
  });

  test('shares a small constant between scopes, but not between types or shapes', () => {
    const g = new GraphBuilder({ opset: 17, prefix: 'p' });
    const names = [
      g.ints([0, -1]),
      g.scope('a').ints([0, -1]),
      g.ints([0]),
      g.scalar(0, 'int64'),
      g.scalar(0, 'float32'),
      g.scalar(-0, 'float32'),
      g.scalar(0, 'float16'),
      g.floats([0]),
      g.floats([0], [1, 1]),
    ];
    expect(names[0]).toBe(names[1]);
    expect(new Set(names).size).toBe(names.length - 1);
    expect(g.fragment().initializers.length).toBe(names.length - 1);
  });

  test('keeps explicit outputs, domains and inner empty inputs, and drops trailing ones', () => {
    const g = new GraphBuilder({ opset: 17 });
    const out = g.node(
      'Thing',
      ['a', '', 'b', ''],
      { k: { int: 2 } },
      { outputs: ['y', 'z'], domain: 'd' },
    );
    expect(out).toEqual(['y', 'z']);
    expect(g.fragment().nodes[0]).toMatchObject({
      inputs: ['a', '', 'b'],
      outputs: ['y', 'z'],
      domain: 'd',
    });
  });

  test.each([10, 24])('rejects operator set %i', (opset) => {
    expect(() => new GraphBuilder({ opset })).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_HOST',
        message: expect.stringContaining(`${opset}`),
      }),
    );
  });

  test('lists described values in the fragment', () => {
    const g = new GraphBuilder({ opset: 17 });
    const y = g.scope('a').describe(ops.relu(g, 'x'), 'float32', ['n', 3, null]);
    expect(g.fragment().values).toEqual([{ name: y, dataType: 'float32', dims: ['n', 3, null] }]);
  });

  test('loads tensor bytes only when they are written', () => {
    const g = new GraphBuilder({ opset: 17 });
    const load = () => {
      throw new Error('loaded');
    };
    g.tensor('w', 'float32', [2], { byteLength: 8, load });
    expect(g.fragment().initializers[0]?.data).toEqual({ byteLength: 8, load });
  });
});

describe('numberBytes', () => {
  const bits16 = (values: number[], type: 'float16' | 'bfloat16') => {
    const bytes = numberBytes(values, type);
    return [...new Uint16Array(bytes.buffer)];
  };

  test('float16 rounds to nearest even, with subnormals, carries and infinities', () => {
    const values = [
      1,
      -2,
      0.1,
      65504,
      65519,
      65520,
      2 ** -24,
      2 ** -25,
      3 * 2 ** -26,
      2049,
      2051,
      0.99999,
      -0,
      Number.NaN,
    ];
    expect(bits16(values, 'float16')).toEqual([
      0x3c00, 0xc000, 0x2e66, 0x7bff, 0x7bff, 0x7c00, 1, 0, 1, 0x6800, 0x6802, 0x3c00, 0x8000,
      0x7e00,
    ]);
  });

  test('bfloat16 rounds to nearest even', () => {
    const values = [1, -1.5, 1 + 2 ** -8, 1 + 3 * 2 ** -8, Number.POSITIVE_INFINITY, Number.NaN];
    expect(bits16(values, 'bfloat16')).toEqual([0x3f80, 0xbfc0, 0x3f80, 0x3f82, 0x7f80, 0x7fc0]);
  });

  test("integers are little-endian two's complement", () => {
    expect([...numberBytes([-2], 'int64')]).toEqual([254, 255, 255, 255, 255, 255, 255, 255]);
    expect([...numberBytes([258], 'int32')]).toEqual([2, 1, 0, 0]);
    expect([...numberBytes([1, 0], 'bool')]).toEqual([1, 0]);
  });

  test('rejects a type it cannot write', () => {
    expect(() => numberBytes([1], 'string')).toThrow(GraftError);
  });
});
