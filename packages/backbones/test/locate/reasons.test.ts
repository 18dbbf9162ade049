import { locateSkips } from '@pip-graft/backbones';
import { bytesSource, type Model, modelBytes, readModel } from '@pip-graft/onnx-graft';
import { expect, test } from 'vitest';
import { type Dims, Net } from './net.ts';

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
