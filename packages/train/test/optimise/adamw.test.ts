import { GraftError } from '@pip-graft/onnx-graft';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AdamWOptions, createAdamW, stepAdamW } from '../../src/optimise/adamw.ts';
import { updateAverage } from '../../src/optimise/gradients.ts';

const floats = (entries: Record<string, number[]>) =>
  new Map(Object.entries(entries).map(([name, numbers]) => [name, Float32Array.from(numbers)]));

const refused = (action: () => unknown, message: RegExp) => {
  expect(action).toThrow(GraftError);
  expect(action).toThrow(message);
  expect(action).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
};

describe('createAdamW', () => {
  it("has PyTorch's defaults and no moments", () => {
    expect(createAdamW()).toEqual({
      options: { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01 },
      step: 0,
      moments: new Map(),
    });
  });

  it.each<[AdamWOptions, RegExp]>([
    [{ betas: [1, 0.9] }, /a beta is in \[0, 1\), not 1/],
    [{ betas: [0.9, -0.1] }, /a beta/],
    [{ betas: [0.9, Number.NaN] }, /a beta/],
    [{ eps: -1 }, /eps is at least 0, not -1/],
    [{ weightDecay: Number.POSITIVE_INFINITY }, /weightDecay is at least 0, not Infinity/],
  ])('rejects %o', (options, message) => refused(() => createAdamW(options), message));
});

describe('stepAdamW', () => {
  it('moves against the sign of the gradient by the rate in its first step', () => {
    const state = createAdamW({ weightDecay: 0, eps: 0 });
    const parameters = floats({ a: [1, 1, 1], b: [-2] });
    stepAdamW(state, parameters, floats({ a: [0.5, -8, 1e-3], b: [3] }), 0.25);
    expect(parameters).toEqual(floats({ a: [0.75, 1.25, 0.75], b: [-2.25] }));
    expect(state.step).toBe(1);
    expect(state.moments.get('b')!.m[0]).toBe(Math.fround(3 * (1 - 0.9)));
    expect(state.moments.get('b')!.v[0]).toBe(Math.fround(9 * (1 - 0.999)));
  });

  it('decays by rate times weightDecay where the gradient is 0', () => {
    const state = createAdamW({ weightDecay: 0.5 });
    const parameters = floats({ a: [4] });
    for (let step = 0; step < 3; step++) stepAdamW(state, parameters, floats({ a: [0] }), 0.5);
    expect(parameters.get('a')![0]).toBe(4 * 0.75 ** 3);
  });

  it('changes only moments at rate 0', () => {
    const state = createAdamW();
    const parameters = floats({ a: [4, -1] });
    stepAdamW(state, parameters, floats({ a: [1, 2] }), 0);
    expect(parameters).toEqual(floats({ a: [4, -1] }));
    expect(state.moments.get('a')!.m[1]).toBeCloseTo(0.2, 7);
  });

  it('converges to the minimum of a bowl', () => {
    const state = createAdamW({ weightDecay: 0 });
    const parameters = floats({ at: [3, -2] });
    for (let step = 0; step < 400; step++) {
      const at = parameters.get('at')!;
      stepAdamW(state, parameters, floats({ at: [2 * (at[0]! - 1), 8 * (at[1]! - 0.5)] }), 0.05);
    }
    expect(parameters.get('at')![0]).toBeCloseTo(1, 2);
    expect(parameters.get('at')![1]).toBeCloseTo(0.5, 2);
  });

  it('gives the same bits in any order of names', () => {
    const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), numbers, { minKeys: 2 }), (entries) => {
        const gradients = floats(entries);
        const run = (names: string[]) => {
          const state = createAdamW();
          const parameters = new Map(
            names.map((name) => [name, new Float32Array(entries[name]!.length).fill(0.1)]),
          );
          for (let step = 0; step < 3; step++) stepAdamW(state, parameters, gradients, 0.01);
          return parameters;
        };
        const names = Object.keys(entries);
        expect(new Map([...run([...names].reverse())].reverse())).toEqual(run(names));
      }),
      { numRuns: 50 },
    );
  });

  it('scales gradients and updates the mean in one pass, with the same bits as separately', () => {
    const [together, apart] = [createAdamW(), createAdamW()];
    const entries = { a: [0.3, -2, 7], b: [1e-3] };
    const [here, there] = [floats(entries), floats(entries)];
    const [means, average] = [new Map<string, Float32Array>(), new Map<string, Float32Array>()];
    for (let step = 1; step <= 4; step++) {
      const gradients = floats({ a: [step, -step, 0.1], b: [0.7 / step] });
      const halves = new Map([...gradients].map(([name, all]) => [name, all.map((x) => x / 4)]));
      const extras = { scale: 0.25, average: { means, decay: 0.9 } };
      stepAdamW(together, here, gradients, 0.1, extras);
      stepAdamW(apart, there, halves, 0.1);
      updateAverage(average, there, 0.9);
      expect(here).toEqual(there);
      expect(means).toEqual(average);
    }
    expect(means).not.toEqual(here);
    expect(together).toEqual(apart);
  });

  it("uses each name's own rate", () => {
    const state = createAdamW({ weightDecay: 0, eps: 0 });
    const parameters = floats({ a: [1], b: [1] });
    const gradients = floats({ a: [2], b: [2] });
    stepAdamW(state, parameters, gradients, (name) => (name === 'a' ? 0.5 : 0.125));
    expect(parameters).toEqual(floats({ a: [0.5], b: [0.875] }));
  });

  it('rejects a wrong factor, decay or mean and changes nothing', () => {
    const state = createAdamW();
    const parameters = floats({ a: [1] });
    const step = (extras: Parameters<typeof stepAdamW>[4]) => () =>
      stepAdamW(state, parameters, floats({ a: [1] }), 0.1, extras);
    refused(step({ scale: -1 }), /factor of gradients is at least 0, not -1/);
    refused(step({ average: { means: new Map(), decay: 2 } }), /decay/);
    const means = floats({ b: [1] });
    refused(step({ average: { means, decay: 0.5 } }), /no average for parameter 'a'/);
    expect(parameters).toEqual(floats({ a: [1] }));
    expect(state.step).toBe(0);
  });

  it.each<[string, Record<string, number[]>, RegExp]>([
    ['a gradient that is missing', { a: [1] }, /no gradient for parameter 'b'/],
    ['one too many', { a: [1], b: [1, 2], c: [1] }, /the gradient of 'c' belongs to no parameter/],
    ['one of another length', { a: [1], b: [1] }, /'b' has 1 numbers instead of the 2/],
  ])('rejects %s and changes nothing', (_, gradients, message) => {
    const state = createAdamW();
    const parameters = floats({ a: [1], b: [1, 1] });
    refused(() => stepAdamW(state, parameters, floats(gradients), 0.1), message);
    expect(parameters).toEqual(floats({ a: [1], b: [1, 1] }));
    expect(state).toEqual(createAdamW());
  });

  it('rejects parameters other than those of the previous steps', () => {
    const state = createAdamW();
    stepAdamW(state, floats({ a: [1] }), floats({ a: [1] }), 0.1);
    refused(
      () => stepAdamW(state, floats({ b: [1] }), floats({ b: [1] }), 0.1),
      /no moment for parameter 'b'/,
    );
    refused(() => stepAdamW(state, floats({ a: [1] }), floats({ a: [1] }), -0.1), /learning rate/);
    expect(state.step).toBe(1);
  });
});
