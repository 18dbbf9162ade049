import { locateSkips } from '@pip-graft/backbones';
import { ops } from '@pip-graft/onnx-graft';
import { describe, expect, test } from 'vitest';
import { reasonsOf, sitesOf } from './located-of.ts';
import { Net } from './net.ts';

test('takes the largest of several fixed-size inputs as the image, even if it comes second', () => {
  const net = new Net();
  const half = net.image('half', [1, 3, 32, 48]);
  const skip = net.relu(net.conv(net.image('full', [1, 3, 64, 96]), 8));
  const low = net.block(net.conv(net.concat(net.conv(skip, 8, 3, 2), net.conv(half, 8)), 16));
  const y = net.conv(net.concat(net.convTranspose(low, 8), skip), 3);
  const located = locateSkips(net.model(y));
  expect(sitesOf(located)).toEqual([[skip, 1, 8, 1, 'concat']]);
  expect(located.image).toMatchObject({ input: 'full', height: 64, width: 96 });
});

describe('a value that has met its own skip connection is not another one', () => {
  test('the head of a feature pyramid combines all levels', () => {
    const net = new Net();
    const first = net.relu(net.conv(net.image(), 8, 3, 2));
    const second = net.relu(net.conv(first, 16, 3, 2));
    const third = net.conv(net.conv(second, 32, 3, 2), 8, 1);
    const side2 = net.conv(second, 8, 1);
    const p2 = net.add(side2, net.resize(third, 2));
    const side1 = net.conv(first, 8, 1);
    const p1 = net.add(side1, net.resize(p2, 2));
    const head = net.conv(p1, 8);
    const all = net.concat(head, net.resize(net.conv(p2, 8), 2), net.resize(third, 4));
    const located = locateSkips(net.model(net.conv(net.resize(net.conv(all, 8), 2), 3)));
    expect(sitesOf(located)).toEqual([
      [side1, 2, 8, 2, 'add'],
      [side2, 3, 8, 4, 'add'],
    ]);
    expect(reasonsOf(located)[head]).toBe('long residual');
  });

  test('a weighted sum of both sides, with the upsampled value added again (as DehazeFormer)', () => {
    const net = new Net();
    const top = net.relu(net.conv(net.image(), 8));
    const up = net.convTranspose(net.block(net.conv(top, 16, 3, 2)), 8);
    const skip = net.conv(top, 8, 1);
    const both = net.concat(up, skip);
    const weights = net.op('Sigmoid', net.conv(net.globalPool(both), 16, 1));
    const mixed = net.conv(net.mul(both, weights), 8, 1);
    const located = locateSkips(net.model(net.conv(net.add(mixed, up), 3)));
    expect(sitesOf(located)).toEqual([[skip, 1, 8, 1, 'concat']]);
    expect(reasonsOf(located)[mixed]).toBe('long residual');
  });
});

test('tokens take height and width from their source, not from the image before padding', () => {
  const net = new Net();
  const { g } = net;
  const image = net.image();
  const padded = net.padTo(image, 16);
  const size = ops.spatialSize(g, image);
  const sixteen = g.ints([16]);
  const rest = g.node('Mod', [size, sixteen])[0]!;
  const whole = ops.add(g, size, g.node('Mod', [ops.sub(g, sixteen, rest), sixteen])[0]!);
  const one = g.ints([1]);
  const count = g.node('ReduceProd', [whole], { keepdims: { int: 1 } })[0]!;
  const shape = ops.concat(g, [one, count, g.ints([8])], 0);
  const top = net.conv(padded, 8);
  let rows = ops.transpose(g, top, [0, 2, 3, 1]);
  for (let i = 0; i < 12; i++) rows = ops.relu(g, rows);
  const skip = ops.reshape(g, rows, shape);
  const low = net.block(net.conv(top, 16, 3, 2));
  const risen = ops.transpose(g, ops.reshape(g, net.convTranspose(low, 8), [0, 8, -1]), [0, 2, 1]);
  const joined = ops.transpose(g, ops.concat(g, [risen, skip], -1), [0, 2, 1]);
  const back = ops.reshape(g, joined, ops.concat(g, [one, sixteen, whole], 0));
  const y = net.conv(net.is(16, back), 3);
  expect(locateSkips(net.model(y)).sites).toMatchObject([{ value: skip, extent: top }]);
});
