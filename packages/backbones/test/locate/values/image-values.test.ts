import { locateSkips } from '@pip-graft/backbones';
import { expect, test } from 'vitest';
import { Net } from '../net.ts';

/** What the graph shows of a U-Net whose image is prepared first. */
function shown(prepare: (net: Net, image: string) => string) {
  const net = new Net();
  const image = net.is(3, prepare(net, net.image()));
  const skip = net.conv(image, 8);
  const up = net.convTranspose(net.conv(skip, 16, 2, 2), 8);
  const { sites, image: found } = locateSkips(net.model(net.conv(net.concat(up, skip), 3)));
  expect(sites).toHaveLength(1);
  return found;
}

/** One number per channel. */
const channels = ({ g }: Net, numbers: readonly number[]): string =>
  g.node('Reshape', [g.floats(numbers), g.ints([1, 3, 1, 1])])[0]!;

const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];

test('a 1 that is added before a logarithm is not a range', () => {
  const found = shown((net, x) => {
    const sum = net.g.node('Add', [x, net.g.scalar(1, 'float32')])[0]!;
    return net.g.node('Log', [sum])[0]!;
  });
  expect(found).toMatchObject({ values: { input: { range: null } }, unfit: undefined });
});

test('a 1 that is added before halving is one', () => {
  const found = shown((net, x) => {
    const sum = net.g.node('Add', [x, net.g.scalar(1, 'float32')])[0]!;
    return net.g.node('Mul', [sum, net.g.scalar(0.5, 'float32')])[0]!;
  });
  expect(found).toMatchObject({ values: { input: { range: '-1..1' } } });
});

test('an image that the graph makes plain again has no range of ours, and no order of its colours', () => {
  const found = shown((net, x) => {
    const scaled = net.g.node('Mul', [x, channels(net, deviation)])[0]!;
    return net.g.node('Add', [scaled, channels(net, mean)])[0]!;
  });
  expect(found?.values.input).toEqual({ range: null, order: 'rgb' });
  expect(found?.unfit).toMatch(
    /^its graph adds 1\.\d+ to the image and divides it by .*not supported/,
  );
});

test('an image that the graph normalises is plain', () => {
  const found = shown((net, x) => {
    const centred = net.g.node('Sub', [x, channels(net, mean)])[0]!;
    return net.g.node('Div', [centred, channels(net, deviation)])[0]!;
  });
  expect(found).toMatchObject({
    values: { input: { range: '0..1', order: 'rgb' } },
    unfit: undefined,
  });
});
