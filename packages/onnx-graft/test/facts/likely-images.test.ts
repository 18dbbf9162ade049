import { mainImage } from '@pip-graft/onnx-graft';
import { node, tinyModel } from '@pip-graft/test-utils';
import { expect, test } from 'vitest';

/** A model of two images of one size: features of the second, scaled by the first. */
function pair(first: string, second: string, isAdded: boolean) {
  const value = (name: string) =>
    ({ name, dataType: 'float32', dims: ['n', 3, 'h', 'w'] }) as const;
  const scaled = isAdded ? 'scaled' : 'output';
  return tinyModel({
    nodes: [
      node('Relu', [second], 'features'),
      node('Mul', ['features', first], scaled),
      ...(isAdded
        ? [node('Identity', [second], 'same'), node('Add', ['same', scaled], 'output')]
        : []),
    ],
    inputs: [value(first), value(second)],
    outputs: [value('output')],
  });
}

test.each<[string, string, boolean, string]>([
  ['a', 'b', true, 'b'],
  // What is added to the result counts more than a name.
  ['noisy', 'map', true, 'map'],
  // Unless one is plainly the image and the other its companion.
  ['image', 'guide', true, 'image'],
  ['lq', 'reference', true, 'lq'],
  ['image', 'warped', true, 'warped'],
  ['noise_map', 'image', false, 'image'],
  ['a', 'lq', false, 'lq'],
  ['mask', 'a', false, 'a'],
])("of the inputs '%s' and '%s', added: %s, '%s' is the image", (first, second, isAdded, image) => {
  const model = pair(first, second, isAdded);
  expect(mainImage(model)).toMatchObject({ name: image, rivals: [] });
});

test('of two inputs that nothing tells apart, both may be the image', () => {
  const model = pair('a', 'b', false);
  expect(mainImage(model)).toMatchObject({ name: 'a', rivals: ['b'] });
});
