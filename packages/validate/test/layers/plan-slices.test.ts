import { fixInputDims, graphFacts } from '@pip-graft/onnx-graft';
import { tinyUnet } from '@pip-graft/test-utils';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planSlices } from '../../src/layers/plan-slices.ts';

const model = fixInputDims(tinyUnet(), { input: [1, 3, 32, 32] });
const facts = graphFacts(model);

test('a large budget gives one slice, a small one a slice per node', () => {
  expect(planSlices(facts, 1e9)).toHaveLength(1);
  const single = planSlices(facts, 1);
  expect(single).toHaveLength(model.graph.nodes.length);
  expect(single[0]).toMatchObject({ inputs: ['input'] });
});

test('every node is in one slice, and each slice reads what the previous one kept', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400_000 }), (budget) => {
      const slices = planSlices(facts, budget);
      const made = slices.flatMap(({ outputs }) => outputs);
      expect([...made].sort()).toEqual(model.graph.nodes.flatMap(({ outputs }) => outputs).sort());
      let held = new Set(['input']);
      for (const { inputs, outputs, live } of slices) {
        for (const name of inputs) expect(held).toContain(name);
        const now = new Set([...held, ...outputs]);
        for (const name of live) expect(now).toContain(name);
        held = new Set(live);
      }
      expect(held.size).toBe(0);
    }),
  );
});
