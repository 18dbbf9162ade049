import { graphFacts } from '@pip-graft/onnx-graft';
import { node, picture, tinyModel } from '@pip-graft/test-utils';
import { expect, test } from 'vitest';
import { judgeLayers, selectLayers } from '../../src/layers/judge-layers.ts';

/** a → b → c, and beside them d from the input. */
const facts = graphFacts(
  tinyModel({
    nodes: [
      node('Relu', ['input'], 'a'),
      node('Relu', ['a'], 'b'),
      node('Relu', ['b'], 'c'),
      node('Relu', ['input'], 'd'),
    ],
    inputs: [picture('input')],
    outputs: [picture('c')],
  }),
);

const value = (name: string, relative: number, own = relative) => ({
  value: name,
  dims: [1, 3, 1, 1],
  gap: { maxAbs: relative, meanAbs: 0, relative, psnr: 1, cosine: 1, worst: [0, 0, 0, 0] },
  own,
});

test('an error begins where the inputs are right, and is inherited after that', () => {
  const first = judgeLayers([value('a', 1e-7)], facts, [], 1e-3);
  const second = judgeLayers([value('b', 0.5), value('c', 0.6)], facts, first, 1e-3);
  expect([...first, ...second].map(({ value, begins }) => [value, begins])).toEqual([
    ['a', false],
    ['b', true],
    ['c', false],
  ]);
});

test('an error of the previous slice is inherited', () => {
  const first = judgeLayers([value('a', 0.5)], facts, [], 1e-3);
  const [inherited] = judgeLayers([value('b', 0.5, 1e-7)], facts, first, 1e-3);
  expect(inherited).toMatchObject({ begins: false, own: 1e-7 });
});

test('NaN is an error', () => {
  expect(judgeLayers([value('d', Number.NaN)], facts, [], 1e-3)[0]!.begins).toBe(true);
});

test('keeps beginnings and the worst of the rest, in graph order', () => {
  const rows = judgeLayers(
    [value('a', 0), value('b', 2), value('c', 1e-6), value('d', 1e-7)],
    facts,
    [],
    1e-3,
  );
  expect(selectLayers(rows).map((row) => row.value)).toEqual(['b', 'c', 'd']);
});
