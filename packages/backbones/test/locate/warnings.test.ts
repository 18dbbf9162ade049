import { locateSkips } from '@pip-graft/backbones';
import {
  buildModel,
  bytesSource,
  GraphBuilder,
  type Model,
  modelBytes,
  ops,
  readModel,
} from '@pip-graft/onnx-graft';
import { describe, expect, test } from 'vitest';
import { fixtureModel, fixtures } from '../fixture-models.ts';
import { Net } from './net.ts';

/** The same model with another producer name. */
const by = (model: Model, name: string): Model => ({ ...model, producer: { name, version: '2' } });
const warnings = (model: Model): readonly string[] => locateSkips(model).warnings;

/** A U-Net with one level and the given way down. */
function down(way: (net: Net, x: string) => string, opset = 17): Model {
  const net = new Net(opset);
  const skip = net.conv(net.image(), 8);
  const low = net.block(way(net, skip));
  const y = net.conv(net.concat(net.convTranspose(low, 8), skip), 3);
  return net.model(y);
}

describe('SpaceToDepth after a convolution', () => {
  const bare = (net: Net, x: string): string =>
    net.is(16, net.g.node('SpaceToDepth', [net.conv(x, 4)], { blocksize: { int: 2 } })[0]!);

  test.each(['pytorch', ''])("written by '%s': warns", (producer) => {
    const [warning] = warnings(by(down(bare), producer));
    expect(warning).toMatch(/^SpaceToDepth after a convolution \('.+'\): .*onnxscript#2891/);
  });

  test.each([
    ['by TensorFlow, where it means itself', by(down(bare), 'tf2onnx')],
    [
      'with its channels put in order',
      by(
        down((net, x) => net.unshuffle(net.conv(x, 4))),
        'pytorch',
      ),
    ],
    [
      'of the image, as in stems',
      by(
        (() => {
          const net = new Net();
          const folded = net.g.node('SpaceToDepth', [net.image()], { blocksize: { int: 2 } })[0]!;
          return net.model(net.conv(net.is(12, folded), 3));
        })(),
        'pytorch',
      ),
    ],
  ])('%s: no warning', (_, model) => {
    expect(warnings(model)).toEqual([]);
  });
});

describe('on exports', () => {
  const of = (file: string): readonly string[] => warnings(fixtureModel(file));
  const names = (pattern: RegExp): string[] =>
    fixtures.map(({ file }) => file).filter((file) => pattern.test(file));

  test('plain, simplified and optimised ones give no warning', () => {
    const plain = names(/op1[1-8]/).filter((file) => !/float16|qdq|opened|onnxscript07/.test(file));
    expect(plain.length).toBeGreaterThan(10);
    for (const file of plain) {
      // DRUNet takes its noise level as a fourth channel.
      const expected = file.startsWith('drunet') ? [expect.stringContaining('4 channels')] : [];
      expect([file, of(file)]).toEqual([file, expected]);
    }
  });

  test("warns about a size built in before the file's sizes were freed", () => {
    const files = names(/opened/);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect(of(file)).toEqual([expect.stringMatching(/ 1[68] x 2[34] is built in/)]);
    }
  });

  test('warns about a PixelUnshuffle that an exporter got wrong', () => {
    const files = names(/onnxscript07/);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(of(file)[0]).toMatch(/onnxscript#2891/);
  });

  test('float16: counts every normalisation', () => {
    const files = names(/float16/);
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      expect(of(file)).toEqual([
        expect.stringMatching(/^\d+ normalisations are computed in float16/),
      ]);
    }
  });

  test('QDQ: warns about quantisation', () => {
    const files = names(/qdq/);
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect(of(file)[0]).toMatch(/^the model is quantised \(QDQ, \d+/);
  });
});

test.each([
  [17, /^no runtime loads the file: its layers compute in bfloat16, .* 22, not in 17; export it/],
  [22, undefined],
])('bfloat16 in operator set %d', (opset, message) => {
  const image = { name: 'image', dataType: 'bfloat16', dims: ['n', 3, 'h', 'w'] } as const;
  const g = new GraphBuilder({ opset });
  const w = g.tensor('w', 'bfloat16', [3, 3, 1, 1], new Uint8Array(18));
  const y = ops.conv(g, 'image', w, {});
  const { nodes, initializers } = g.fragment();
  const model = buildModel({
    irVersion: 10,
    opset,
    producer: { name: 'test', version: '1' },
    graphName: 'g',
    nodes,
    initializers,
    inputs: [image],
    outputs: [{ ...image, name: y }],
  });
  const found = warnings(model);
  if (message === undefined) expect(found).toEqual([]);
  else expect(found).toEqual([expect.stringMatching(message)]);
});

test('says nothing of quantisation where only weights are quantised', () => {
  const net = new Net();
  const x = net.conv(net.image(), 8);
  const scaled = net.g.node('DequantizeLinear', [
    net.g.tensor('quantised', 'int8', [1, 8, 1, 1], new Uint8Array(8)),
    net.g.scalar(1, 'float32'),
  ]);
  const y = net.conv(net.is(8, ops.mul(net.g, x, scaled[0]!)), 3);
  expect(warnings(net.model(y))).toEqual([]);
});

test('warns about a quantised model without a float path', () => {
  const net = new Net();
  const x = net.conv(net.image(), 8);
  const sum = net.g.node('QLinearAdd', [x, x], {}, { domain: 'com.microsoft' })[0]!;
  const y = net.conv(net.is(8, ops.relu(net.g, sum)), 3);
  expect(warnings(net.model(y))[0]).toMatch(
    /^1 nodes compute on quantised values \('QLinearAdd'\)/,
  );
});

test('an input whose name is not UTF-8: warns that nothing here can run the model', () => {
  const plain = down((net, x) => net.conv(x, 16, 3, 2));
  const { name } = plain.graph.inputs[0]!;
  const text = Buffer.from(modelBytes(plain)).toString('latin1');
  const bytes = Buffer.from(text.replaceAll(name, `\xff${name.slice(1)}`), 'latin1');
  expect(warnings(plain)).toEqual([]);
  expect(warnings(readModel(bytesSource(bytes)))).toEqual([
    expect.stringContaining(`the name '\udcff${name.slice(1)}' of an input or output has bytes`),
  ]);
});
