import {
  buildModel,
  type DataType,
  GraphBuilder,
  type GraphFacts,
  graphFacts,
  ops,
} from '@pip-graft/onnx-graft';
import { expectedPlacement } from '@pip-graft/runtime';
import { expect, test } from 'vitest';

function facts(
  opset: number,
  build: (g: GraphBuilder) => string,
  dataType: DataType = 'float32',
): GraphFacts {
  const g = new GraphBuilder({ opset });
  const output = build(g);
  return graphFacts(
    buildModel({
      irVersion: 8,
      opset,
      graphName: 'g',
      producer: { name: 'test', version: '0' },
      ...g.fragment(),
      inputs: [{ name: 'x', dataType, dims: ['n', 3, 'h', 'w'] }],
      outputs: [{ name: output, dataType, dims: ['n', 3, 'a', 'b'] }],
      metadata: {},
    }),
  );
}

const places = (given: GraphFacts): string[] =>
  expectedPlacement(given).nodes.map(({ opType, place }) => `${opType} ${place}`);

const pad = (g: GraphBuilder, x: string): string =>
  g.node('Pad', [x, g.ints([0, 0, 1, 1, 0, 0, 1, 1])])[0]!;

/** A product with a large constant. */
const wide = (g: GraphBuilder, x: string): string =>
  ops.matmul(g, x, g.tensor('weight', 'float32', [16, 16], new Uint8Array(1024)));

test('a node without a kernel for its version costs copies; an older version has one', () => {
  const { nodes, copies, servedAt, opset } = expectedPlacement(
    facts(19, (g) => wide(g, pad(g, wide(g, 'x')))),
  );
  expect(nodes.map(({ place }) => place)).toEqual(['kernel', 'none', 'kernel']);
  expect(nodes[1]!.gap).toEqual({
    why: 'version',
    reason:
      'kernel version: Pad changed in operator set 19, and its newest CUDA kernel is for that of operator set 18',
  });
  expect({ copies, servedAt, opset }).toEqual({ copies: 2, servedAt: 18, opset: 19 });
});

test('a node that reads only its result stays on the CPU', () => {
  const { nodes, copies } = expectedPlacement(
    facts(19, (g) => wide(g, ops.relu(g, pad(g, wide(g, 'x'))))),
  );
  expect(nodes.map(({ place }) => place)).toEqual(['kernel', 'none', 'follows', 'kernel']);
  expect(copies).toBe(2);
});

test('the same node has a kernel one operator set earlier', () => {
  const { nodes, copies, servedAt } = expectedPlacement(
    facts(18, (g) => ops.relu(g, pad(g, ops.relu(g, 'x')))),
  );
  expect(nodes.every(({ place }) => place === 'kernel')).toBe(true);
  expect({ copies, servedAt }).toEqual({ copies: 0, servedAt: 18 });
});

test('names no operator set for an operator without any kernel', () => {
  const { nodes, servedAt } = expectedPlacement(facts(18, (g) => g.node('Tan', ['x'])[0]!));
  expect(nodes[0]!.gap?.why).toBe('operator');
  expect(servedAt).toBeNull();
});

test('a standard function without a kernel may be expanded', () => {
  const { nodes } = expectedPlacement(facts(18, (g) => g.node('Mish', ['x'])[0]!));
  expect(nodes[0]!.gap?.reason).toContain('may replace it');
});

test('GridSample has a kernel only in float32', () => {
  const sample = (g: GraphBuilder): string => {
    const zeros = new Uint8Array(2 * 2 * 2 * 4);
    return g.node('GridSample', ['x', g.tensor('grid', 'float32', [1, 2, 2, 2], zeros)])[0]!;
  };
  expect(places(facts(16, sample))).toEqual(['GridSample kernel']);
  const { nodes } = expectedPlacement(facts(16, sample, 'float16'));
  expect(nodes[0]!.gap?.why).toBe('type');
});

test('arithmetic on sizes stays on the CPU without copies', () => {
  const given = facts(18, (g) => {
    const size = ops.div(g, ops.spatialSize(g, 'x'), g.ints([2]));
    return ops.resizeTo(g, 'x', size);
  });
  expect(places(given)).toEqual(['Shape kernel', 'Gather shapes', 'Div shapes', 'Resize kernel']);
  expect(expectedPlacement(given).copies).toBe(0);
});

test('arithmetic on sizes does no harm without a kernel either', () => {
  const given = facts(19, (g) => {
    const size = ops.spatialSize(g, 'x');
    const equal = g.node('Equal', [size, g.ints([4])])[0]!;
    return ops.resizeTo(g, 'x', ops.where(g, equal, g.ints([8]), size));
  });
  expect(places(given)).toContain('Equal shapes');
  expect(expectedPlacement(given)).toMatchObject({ copies: 0, servedAt: 19 });
});

test('float16 arithmetic on shapes never stays on the CPU', () => {
  const given = facts(
    18,
    (g) => {
      const half = ops.cast(g, ops.spatialSize(g, 'x'), 'float16');
      return ops.mul(g, 'x', ops.reduceSum(g, ops.mul(g, half, half), [0]));
    },
    'float16',
  );
  expect(places(given)).toEqual([
    'Shape kernel',
    'Gather shapes',
    'Cast shapes',
    'Mul kernel',
    'ReduceSum kernel',
    'Mul kernel',
  ]);
  // The numbers are copied once.
  expect(expectedPlacement(given).copies).toBe(1);
});

test('folds nodes that read only constants', () => {
  const given = facts(18, (g) => {
    const one = g.floats([1, 2, 3], [3, 1, 1]);
    return ops.mul(g, 'x', ops.exp(g, one));
  });
  expect(places(given)).toEqual(['Exp folded', 'Mul kernel']);
});

test('does not judge functions defined in the file', () => {
  const graph = facts(18, (g) => g.node('Block', ['x'], {}, { domain: 'own' })[0]!);
  const own = { ...graph.model, functions: [{ domain: 'own', name: 'Block' }] } as never;
  expect(places({ ...graph, model: own })).toEqual(['Block unjudged']);
});
