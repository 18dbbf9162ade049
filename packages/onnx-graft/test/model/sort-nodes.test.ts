import {
  bytesSource,
  checkModel,
  diffModels,
  graphFacts,
  modelBytes,
  readModel,
} from '@pip-graft/onnx-graft';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';

type Node = readonly [inputs: readonly string[], output: string];

function model(nodes: readonly Node[], body: readonly Node[] = []) {
  const written = (list: readonly Node[]) =>
    list.map(([input, output]) => ({ opType: 'Sum', input: [...input], output: [output] }));
  const g = { name: 'body', node: written(body), output: [{ name: 'inner' }] };
  const held = body.length > 0 ? [{ name: 'body', type: 5, g }] : [];
  const list = written(nodes).map((node, at) => (at === 0 ? { ...node, attribute: held } : node));
  const shape = { dim: [{ dimValue: 2 }] };
  const bytes = onnxProto.onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      node: list,
      input: [{ name: 'x', type: { tensorType: { elemType: 1, shape } } }],
      output: [{ name: 'y' }],
    },
  }).finish();
  return readModel(bytesSource(bytes));
}

const orderOf = ({ graph }: ReturnType<typeof model>) =>
  graph.nodes.map(({ outputs }) => outputs[0]);

describe('nodes that are not in topological order', () => {
  // As onnxruntime's float16 converter leaves them: a Cast at the end, read in the middle.
  const late = model([
    [['x'], 'a'],
    [['cast'], 'b'],
    [['b'], 'y'],
    [['a'], 'cast'],
  ]);

  it('are sorted when read, with matching indices, and keep their bytes', () => {
    expect(orderOf(late)).toEqual(['a', 'cast', 'b', 'y']);
    expect(late.graph.nodes.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(graphFacts(late).value('y')?.dims).toEqual([2]);
    expect(modelBytes(late)).toHaveLength(late.source.size);
  });

  it('are reported by a check, which looks at the file', () => {
    expect(checkModel(late).map(({ code }) => code)).toEqual(['NOT_SORTED']);
  });

  it('differ only in order from the same nodes sorted', () => {
    const sorted = model([
      [['x'], 'a'],
      [['a'], 'cast'],
      [['cast'], 'b'],
      [['b'], 'y'],
    ]);
    expect(diffModels(sorted, late).nodes).toMatchObject({
      added: [],
      removed: [],
      changed: [],
      unchanged: 4,
      reordered: true,
    });
  });

  it('are sorted with regard to what a body reads from outside', () => {
    const reading = model(
      [
        [['x'], 'y'],
        [['x'], 'outer'],
      ],
      [[['outer'], 'inner']],
    );
    expect(orderOf(reading)).toEqual(['outer', 'y']);
  });

  it('in a cycle stay, each once', () => {
    const circle = model([
      [['b'], 'a'],
      [['a'], 'b'],
      [['later'], 'y'],
      [['x'], 'later'],
    ]);
    expect(orderOf(circle).sort()).toEqual(['a', 'b', 'later', 'y']);
    expect(checkModel(circle).some(({ code }) => code === 'CYCLE')).toBe(true);
  });

  it('in a long reversed chain are sorted without deep recursion', () => {
    const count = 20_000;
    const chain = Array.from(
      { length: count },
      (_, i): Node => [[i === count - 1 ? 'x' : `v${i + 1}`], i === 0 ? 'y' : `v${i}`],
    );
    const order = orderOf(model(chain));
    expect(order).toHaveLength(count);
    expect([order[0], order.at(-1)]).toEqual([`v${count - 1}`, 'y']);
  });
});
