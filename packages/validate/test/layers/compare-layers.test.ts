import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { exposeValues, graphFacts } from '@pip-graft/onnx-graft';
import { createSession, runModel } from '@pip-graft/runtime';
import { bytesOf, constant, node, picture, tinyModel, tinyUnet } from '@pip-graft/test-utils';
import { compareLayers } from '@pip-graft/validate';
import { float32Tensor, Random } from '@pip-graft/weights';
import { describe, expect, test } from 'vitest';
import { judgeLayers, selectLayers } from '../../src/layers/compare-layers.ts';

const random = new Random(4);
const pixels = Float32Array.from({ length: 3 * 16 * 24 }, () => random.uniform());
const feeds = { input: float32Tensor([1, 3, 16, 24], pixels) };

test.each([1, 20_000, 1e9])(
  'compares every tensor just once, in slices of %i bytes',
  async (budget) => {
    const model = tinyUnet();
    const steps: number[] = [];
    const found = await compareLayers(model, {
      device: 'cpu',
      feeds,
      limit: 1e-4,
      budget,
      onSlice: (done) => steps.push(done),
    });
    expect(found).toMatchObject({
      width: 24,
      height: 16,
      compared: model.graph.nodes.length,
      slices: steps.length,
    });
    expect(found.rows.every(({ relative, begins }) => relative < 1e-5 && !begins)).toBe(true);
  },
);

test('reports values beyond a limit, those where errors begin first', async () => {
  // Below every rounding error, so that any difference of the optimised kernels counts as an error.
  const found = await compareLayers(tinyUnet(), { device: 'cpu', feeds, limit: 1e-12, budget: 1 });
  const wrong = found.rows.filter(({ relative }) => relative > 1e-12);
  expect(wrong.length).toBeGreaterThan(0);
  expect(wrong[0]!.begins).toBe(true);
});

test('names a slice that cannot run, with its nodes', async () => {
  const model = tinyModel({
    nodes: [node('Relu', ['input'], 'a'), node('Wrong', ['a'], 'output')],
    inputs: [picture('input')],
    outputs: [picture('output')],
  });
  await expect(compareLayers(model, { device: 'cpu', feeds, limit: 1, budget: 1 })).rejects.toThrow(
    /slice 2 of 2, Wrong 'output_node' to Wrong 'output_node'/,
  );
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('pip-graft-half'))).toEqual([]);
});

test('tensors seen by slices have the shapes of the whole model', async () => {
  const model = tinyUnet();
  const inner = model.graph.nodes.flatMap(({ outputs }) => outputs);
  const session = await createSession(bytesOf(exposeValues(model, inner)), {
    optimisation: 'disabled',
  });
  const whole = await runModel(session, feeds);
  await session.release();
  const { rows } = await compareLayers(model, { device: 'cpu', feeds, limit: 0, budget: 1 });
  for (const row of rows) expect(row.dims).toEqual(whole[row.value]!.dims);
  expect(rows.length).toBeGreaterThan(0);
});

test('accepts inputs with defaults, fed or not', async () => {
  const bias = { name: 'bias', dataType: 'float32', dims: [] } as const;
  const model = tinyModel({
    nodes: [node('Add', ['input', 'bias'], 'sum'), node('Relu', ['sum'], 'output')],
    inputs: [picture('input'), bias],
    outputs: [picture('output')],
    initializers: [constant('bias', [1], [])],
  });
  const settings = { device: 'cpu', limit: 1e-6, budget: 1 } as const;
  for (const more of [{}, { bias: float32Tensor([], [2]) }]) {
    const found = await compareLayers(model, { ...settings, feeds: { ...feeds, ...more } });
    expect([found.compared, found.slices]).toEqual([2, 2]);
  }
});

describe('judge layers', () => {
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
});
