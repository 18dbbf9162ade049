import { describe, expect, it } from 'vitest';
import { makeCase, runCase } from '../../scripts/fuzz/case.mjs';
import { failedOnce } from './seeds.ts';

/** The number of cases per target: a few seconds in total. `npm run fuzz` runs many more. */
const slice = {
  onnx: 150,
  fixture: 15,
  stamp: 100,
  external: 80,
  safetensors: 400,
  adapter: 60,
  checkpoint: 120,
};

describe('mutated files', () => {
  it.each(Object.entries(slice))(
    'of %s end in a typed error or a valid result',
    async (target, count) => {
      const outcomes: string[] = [];
      for (let seed = 0; seed < count; seed++) outcomes.push(await runCase(`${target}:ci-${seed}`));
      expect(outcomes.filter((outcome) => outcome.startsWith('error'))).not.toEqual([]);
      expect(outcomes.filter((outcome) => outcome.startsWith('valid'))).not.toEqual([]);
    },
  );

  it.each(failedOnce)('%s, a former failure: %s', async (name) => {
    expect(await runCase(name)).toMatch(/^(valid: |error: [A-Z_]+$)/);
  });

  it('are the same for the same seed', () => {
    for (const target of Object.keys(slice)) {
      expect(makeCase(`${target}:same`)).toEqual(makeCase(`${target}:same`));
    }
    expect(makeCase('onnx:same')).not.toEqual(makeCase('onnx:other'));
  });
});
