import { expect, test } from 'vitest';
import { type Inspection, inspectionFacts } from '../../src/text/index.ts';

const float = (name: string, dims: readonly (number | string)[]) => ({
  name,
  dataType: 'float32' as const,
  dims,
});
const picture = ['n', 3, 'h', 'w'];
const found: Inspection = {
  family: 'unknown',
  confidence: 0,
  opset: 17,
  irVersion: 8,
  producer: { name: '', version: '' },
  nodes: 2,
  parameters: 10,
  inputs: [float('image', picture)],
  outputs: [float('restored', picture)],
  image: { input: 'image', output: 'restored' },
  sizeMultiple: 1,
  size: { height: null, width: null },
  values: null,
  feeds: {},
  sites: [],
  rejected: [],
  graft: null,
  warnings: [],
  expected: null,
};
const images = (more: Partial<Inspection>) =>
  Object.fromEntries(inspectionFacts({ ...found, ...more }))['images'];

test('says of which size images are', () => {
  expect(images({})).toBe('of any size');
  expect(images({ sizeMultiple: 8 })).toBe('with height and width multiples of 8');
  expect(images({ sizeMultiple: 8, size: { height: 64, width: null } })).toBe(
    'of height 64, which the file fixes, width multiples of 8',
  );
});

test('says which tensors are the images where there are others', () => {
  const inputs = [float('guide', picture), float('image', picture)];
  expect(images({ inputs })).toBe('from image to restored, of any size');
  const outputs = [float('mask', ['n', 1, 'h', 'w']), float('restored', picture)];
  expect(images({ outputs })).toBe('from image to restored, of any size');
  expect(images({ inputs, image: { input: 'image', output: null } })).toBe(
    'from image to no output, of sizes that the graph does not show',
  );
});

test('says that no input is an image', () => {
  expect(images({ inputs: [float('tokens', ['n', 77])], image: null })).toBe(
    'none: no input is an image',
  );
});
