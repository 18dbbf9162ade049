import { locateSkips } from '@pip-graft/backbones';
import { bytesSource, type Model, modelBytes, ops, readModel } from '@pip-graft/onnx-graft';
import onnxProto from 'onnx-proto';
import { expect, test } from 'vitest';
import { type Dims, Net } from './net.ts';

const { onnx } = onnxProto;
type Proto = ReturnType<typeof onnx.ModelProto.decode>;
type NodeProto = NonNullable<NonNullable<Proto['graph']>['node']>[number];

interface Variant {
  readonly dims?: Dims;
  /** The model's outputs, of the U-Net's result and the skip feature. */
  readonly output?: 'result' | 'skip' | 'both';
  /** An operator of another domain in the encoder. */
  readonly custom?: boolean;
}

/** A U-Net with one level. */
function unet({ dims = ['n', 3, 'h', 'w'], output = 'result', custom = false }: Variant): Model {
  const net = new Net();
  let skip = net.conv(net.image('image', dims), 8);
  if (custom)
    skip = net.is(8, net.g.node('MyAct', [skip], {}, { domain: 'my.ops', name: 'act' })[0]!);
  const low = net.block(net.conv(skip, 16, 2, 2));
  const result = net.conv(net.concat(net.convTranspose(low, 8), skip), 3);
  const shown = net.conv(skip, 3);
  if (output === 'both') return net.model(result, shown);
  return net.model(output === 'result' ? result : shown);
}

test('rejects a skip connection that no output depends on, with the reason', () => {
  const { sites, rejected } = locateSkips(unet({ output: 'skip' }));
  expect(sites).toEqual([]);
  expect(rejected.map(({ reason }) => reason)).toContainEqual(
    expect.stringMatching(/^a skip connection of a dead branch: no output of the model depends on/),
  );
  expect(locateSkips(unet({})).sites).toHaveLength(1);
  expect(locateSkips(unet({ output: 'both' })).sites).toHaveLength(1);
});

test.each([
  ['batch', [0, 3, 'h', 'w']],
  ['rows', ['n', 3, 0, 'w']],
])('rejects a size of 0: %s', (_, dims) => {
  const { sites, rejected } = locateSkips(unet({ dims }));
  expect(sites).toEqual([]);
  expect(rejected).toEqual([
    { value: 'image', reason: expect.stringContaining('a size of 0 takes no image') },
  ]);
});

test('treats sizes of -1 as free', () => {
  const { sites, image } = locateSkips(unet({ dims: [-1, 3, -1, -1] }));
  expect(sites).toHaveLength(1);
  expect(image).toMatchObject({ height: undefined, width: undefined });
});

test('names the node and operator after which shapes are unknown', () => {
  const { sites, rejected } = locateSkips(unet({ custom: true }));
  expect(sites).toEqual([]);
  expect(rejected).toHaveLength(1);
  expect(rejected[0]!.reason).toContain("'my.ops:MyAct'");
  expect(rejected[0]!.reason).toContain("node 'act'");
});

/** A U-Net with one level, in which `join` joins what came up with the skip connection. */
function joinedBy(join: (net: Net, up: string, skip: string) => string): Model {
  const net = new Net();
  const skip = net.conv(net.image(), 8);
  const up = net.convTranspose(net.conv(skip, 16, 2, 2), 8);
  return net.model(net.conv(net.is(8, join(net, up, skip)), 3));
}

test.each(['Max', 'Min', 'PRelu'])(
  'names the operator that joins a skip connection: %s',
  (type) => {
    const { sites, rejected } = locateSkips(
      joinedBy(({ g }, up, skip) => g.node(type, [up, skip], {}, { name: 'meets' })[0]!),
    );
    expect(sites).toEqual([]);
    expect(rejected.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(
        `^a skip connection, but '${type}' at 'meets' joins it with .*; export the model with one`,
      ),
    ]);
  },
);

test('finds a skip connection from which what came up is subtracted, or the reverse', () => {
  for (const reverse of [false, true]) {
    const { sites } = locateSkips(
      joinedBy(({ g }, up, skip) => g.node('Sub', reverse ? [skip, up] : [up, skip])[0]!),
    );
    expect(sites).toMatchObject([{ level: 1, channels: 8, join: 'add' }]);
  }
});

test('says that the network is in a function of the model, or that a join is', () => {
  const whole = locateSkips(inFunction(unet({}), () => true));
  expect(whole.rejected.map(({ reason }) => reason)).toEqual([
    "layers of the network are in the model's function 'own:Net', and only the main graph can be grafted; inline its functions, with `onnx.inliner.inline_local_functions`",
  ]);
  const join = locateSkips(inFunction(unet({}), ({ opType }) => opType === 'Concat'));
  expect(join.rejected.map(({ reason }) => reason)).toContainEqual(
    expect.stringMatching(
      /^a skip connection, but 'own:Net' at .*; inline the functions of the model/,
    ),
  );
});

test('says that the network is in the body of a node', () => {
  const { sites, rejected } = locateSkips(inBranch(unet({})));
  expect(sites).toEqual([]);
  expect(rejected.map(({ reason }) => reason)).toEqual([
    "layers of the network are in a body of node 'if' (If), and only the main graph can be grafted; export the model without control flow, by tracing instead of scripting",
  ]);
});

test('says that a join is in the body of a node', () => {
  const model = rewritten(unet({}), ({ graph }) => {
    const at = graph!.node!.findIndex(({ opType }) => opType === 'Concat');
    const join = graph!.node![at]!;
    const output = [{ ...graph!.output![0]!, name: join.output![0]! }];
    const attribute = ['then_branch', 'else_branch'].map((name) => ({
      name,
      g: { name: 'body', node: [join], output },
      type: onnx.AttributeProto.AttributeType.GRAPH,
    }));
    graph!.input!.push({
      name: 'cond',
      type: { tensorType: { elemType: onnx.TensorProto.DataType.BOOL, shape: {} } },
    });
    const branch = { opType: 'If', name: 'if', input: ['cond'], output: join.output!, attribute };
    graph!.node!.splice(at, 1, branch);
  });
  expect(locateSkips(model).rejected.map(({ reason }) => reason)).toContainEqual(
    expect.stringMatching(
      /^a skip connection, but 'If' at 'if' joins it with .*; export the model without control flow/,
    ),
  );
});

/** The model as ONNX's own schema reads it, changed and read again. */
function rewritten(model: Model, change: (proto: Proto) => void): Model {
  const proto = onnx.ModelProto.decode(modelBytes(model));
  change(proto);
  return readModel(bytesSource(onnx.ModelProto.encode(proto).finish()));
}

/** The model with chosen nodes in a function of its own, which is called in their place. */
function inFunction(model: Model, takes: (node: NodeProto) => boolean): Model {
  return rewritten(model, (proto) => {
    const graph = proto.graph!;
    const nodes = graph.node!;
    const inside = nodes.filter(takes);
    const outside = nodes.filter((node) => !takes(node));
    const made = new Set(inside.flatMap(({ output }) => output ?? []));
    const read = new Set(inside.flatMap(({ input }) => input ?? []));
    const wanted = [
      ...outside.flatMap(({ input }) => input ?? []),
      ...graph.output!.map(({ name }) => name!),
    ];
    const input = [...read].filter((name) => name !== '' && !made.has(name));
    const output = [...made].filter((name) => wanted.includes(name));
    const opsetImport = [{ domain: '', version: 17 }];
    proto.functions = [{ name: 'Net', domain: 'own', input, output, node: inside, opsetImport }];
    proto.opsetImport!.push({ domain: 'own', version: 1 });
    const before = outside.filter((node) => nodes.indexOf(node) < nodes.indexOf(inside[0]!));
    const call = { opType: 'Net', domain: 'own', name: 'call', input, output };
    graph.node = [...before, call, ...outside.slice(before.length)];
  });
}

/** The model with all of its nodes in both branches of an If. */
function inBranch(model: Model): Model {
  return rewritten(model, (proto) => {
    const graph = proto.graph!;
    const body = { name: 'body', node: graph.node!, output: graph.output! };
    const branches = ['then_branch', 'else_branch'];
    graph.input!.push({
      name: 'cond',
      type: { tensorType: { elemType: onnx.TensorProto.DataType.BOOL, shape: {} } },
    });
    graph.node = [
      {
        opType: 'If',
        name: 'if',
        input: ['cond'],
        output: ['chosen'],
        attribute: branches.map((name) => ({
          name,
          g: body,
          type: onnx.AttributeProto.AttributeType.GRAPH,
        })),
      },
    ];
    graph.output = [{ ...graph.output![0]!, name: 'chosen' }];
  });
}

test('finds the same sites with nodes in any order, with one warning', () => {
  const model = unet({});
  const shuffled = backwards(model);
  const [sorted, found] = [locateSkips(model), locateSkips(shuffled)];
  const plain = ({ sites }: typeof found) => sites.map(({ uses: _, ...site }) => site);
  expect(plain(found)).toEqual(plain(sorted));
  expect(sorted.warnings).toEqual([]);
  expect(found.warnings).toEqual([expect.stringContaining('not in topological order')]);
});

/** The model with its nodes in reverse order. */
function backwards(model: Model): Model {
  const bytes = modelBytes(model);
  const records = model.graph.nodes.map(({ field }) => bytes.subarray(field.start, field.end));
  const start = Math.min(...model.graph.nodes.map(({ field }) => field.start));
  const end = Math.max(...model.graph.nodes.map(({ field }) => field.end));
  const parts = [bytes.subarray(0, start), ...records.reverse(), bytes.subarray(end)];
  return readModel(bytesSource(Buffer.concat(parts)));
}

test('of operators on integers and of a blocked layout, says how to avoid them', () => {
  const reasons = (type: string, domain: string) =>
    locateSkips(
      joinedBy(({ g }, up, skip) => g.node(type, [up, skip], {}, { name: 'meets', domain })[0]!),
    ).rejected.map(({ reason }) => reason);
  expect(reasons('QLinearConcat', 'com.microsoft')).toContainEqual(
    expect.stringMatching(/ can be grafted; quantise the model in QDQ format, or graft it first/),
  );
  expect(reasons('Conv', 'com.microsoft.nchwc')).toContainEqual(
    expect.stringMatching(/; use the model as it was exported, or optimise it at level 'extended'/),
  );
});

test.each(['ReduceSum', 'ReduceMax'])('names a torch.stack, after which %s follows', (reduce) => {
  const { sites, rejected } = locateSkips(
    joinedBy((net, up, skip) => {
      const { g } = net;
      const ways = [up, skip].map((x) => g.node('Unsqueeze', [x, g.ints([1])])[0]!);
      const stacked = ops.concat(g, ways, 1);
      if (reduce === 'ReduceSum')
        return net.is(8, g.node('ReduceSum', [stacked, g.ints([1])], { keepdims: { int: 0 } })[0]!);
      const axes = { axes: { ints: [1] }, keepdims: { int: 0 } };
      return net.is(8, g.node('ReduceMax', [stacked], axes)[0]!);
    }),
  );
  expect(sites).toEqual([]);
  expect(rejected.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(
      /^a skip connection, but '.*' stacks it with '.*' along a new axis, as torch\.stack does, .*export the model with torch\.cat or \+ there$/,
    ),
  ]);
});

test.each(['Add', 'Concat'])('names tokens before the batch that meet in %s', (kind) => {
  const { sites, rejected } = locateSkips(
    joinedBy((net, up, skip) => {
      const { g } = net;
      const tokens = (x: string) => ops.transpose(g, ops.reshape(g, x, [0, 0, -1]), [2, 0, 1]);
      const ways = [up, skip].map(tokens);
      const joined = kind === 'Add' ? ops.add(g, ways[0]!, ways[1]!) : ops.concat(g, ways, 2);
      const channels = kind === 'Add' ? 8 : 16;
      const size = ops.concat(g, [g.ints([1, channels]), ops.spatialSize(g, skip)], 0);
      return net.is(channels, ops.reshape(g, ops.transpose(g, joined, [1, 2, 0]), size));
    }),
  );
  expect(sites).toEqual([]);
  expect(rejected.map(({ reason }) => reason)).toEqual([
    'a skip connection, but laid out as (H·W, N, C); (N, H·W, C), which batch_first=True gives, NHWC and NCHW can be grafted',
  ]);
});

test.each<[Dims, string]>([
  [[3, 'h', 'w'], 'export the model with a batch'],
  [[1, 5, 3, 64, 64], 'export the model for one frame at a time'],
])('says how to export a model whose input is %j', (dims, advice) => {
  const { rejected } = locateSkips(unet({ dims }));
  expect(rejected.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(
      new RegExp(`^not an image: its shape is \\[.*\\], .* is needed; ${advice}$`),
    ),
  ]);
});
