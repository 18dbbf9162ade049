import { freshAdapter, hostOf, planGraft } from '@pip-graft/graft';
import { bytesSource, type GraftError, readModel } from '@pip-graft/onnx-graft';
import { bytesOf, wrappedUnet } from '@pip-graft/test-utils';
import onnxProto from 'onnx-proto';
import { expect, test } from 'vitest';

const { onnx } = onnxProto;
type Graph = ReturnType<typeof onnx.ModelProto.decode>['graph'];
const whole = bytesOf(wrappedUnet());
const adapter = freshAdapter(hostOf(wrappedUnet()), { labels: ['rain'] });

/** A host whose graph was changed. */
function hostWith(change: (graph: NonNullable<Graph>) => void) {
  const model = onnx.ModelProto.decode(whole);
  change(model.graph!);
  const bytes = onnx.ModelProto.encode(model).finish();
  return hostOf(readModel(bytesSource(bytes, 'host.onnx')));
}

const copyOf = (input: string, output: string) =>
  onnx.NodeProto.create({ opType: 'Relu', name: 'again', input: [input], output: [output] });

test('an output behind an operator of unknown shape: the operator is named, with what to do', () => {
  const host = hostWith(({ node, output, initializer }) => {
    const last = output![0]!.name!;
    node!.push(
      onnx.NodeProto.create({ opType: 'SequenceConstruct', input: [last], output: ['list'] }),
      onnx.NodeProto.create({ opType: 'SequenceAt', input: ['list', 'first'], output: ['taken'] }),
    );
    const int64 = onnx.TensorProto.DataType.INT64;
    initializer!.push(onnx.TensorProto.create({ name: 'first', dataType: int64, int64Data: [0] }));
    output![0] = onnx.ValueInfoProto.create({ ...output![0], name: 'taken' });
  });
  expect(() => planGraft(host, adapter, { allowUnbound: true })).toThrow(
    /^host\.onnx: it is not known whether an output is an image made of '\w+': value 'list': its shape is not known: the shape of what 'SequenceConstruct' makes cannot be told at node #\d+, .*; replace the operator/,
  );
});

test('what is wrong with the file is a warning of the plan too', () => {
  const host = hostWith(({ node }) => node!.reverse());
  const warning = expect.stringContaining('not in topological order');
  expect(host.located.warnings).toEqual([warning]);
  expect(planGraft(host, adapter, { allowUnbound: true }).summary.warnings).toContainEqual(warning);
});

test.each<[string, (graph: NonNullable<Graph>) => void, RegExp]>([
  [
    'a value that two nodes make',
    ({ node }) => node!.push(copyOf(node![0]!.input![0]!, node![1]!.output![0]!)),
    /node 'again' \(Relu\): value '.*' is made a second time; /,
  ],
  [
    'a node that writes an input',
    ({ node, input }) => node!.push(copyOf(node![1]!.output![0]!, input![0]!.name!)),
    /node 'again' \(Relu\): value '.*' is made a second time; /,
  ],
  [
    'a node that reads nothing',
    ({ node }) => {
      node![2]!.input![0] = 'nowhere';
    },
    /it reads 'nowhere', which no node, input or initializer makes; /,
  ],
  [
    'a cycle',
    ({ node }) => {
      node![0]!.input![0] = node!.at(-1)!.output![0]!;
    },
    /which depends on this node's own output; /,
  ],
  [
    'an output that nothing makes',
    ({ output }) => output!.push(onnx.ValueInfoProto.create({ name: 'ghost' })),
    /output 'ghost': no node makes this output; /,
  ],
])('%s is named before a graft is planned, and by inspect', (_, change, why) => {
  const host = hostWith(change);
  let error: GraftError | undefined;
  try {
    planGraft(host, adapter);
  } catch (thrown) {
    error = thrown as GraftError;
  }
  expect(error?.code).toBe('CORRUPT_FILE');
  expect(error?.message).toMatch(/^host\.onnx: no runtime loads it, and a graft would not change/);
  expect(error?.message).toMatch(why);
  expect(error?.message).toMatch(/`graft check` lists all problems; export it again\.$/);
  expect(host.located.warnings).toEqual([
    expect.stringMatching(/^no runtime loads the file: .*; export it again\.$/),
  ]);
});

test('a list of weights that has one twice is loaded, and grafted', () => {
  const host = hostWith(({ initializer }) => initializer!.push(initializer![0]!));
  expect(planGraft(host, adapter).summary.labels).toEqual(['rain']);
});
