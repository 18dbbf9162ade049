import { describeNonFinite, describeTaken, takenFrom } from '@pip-graft/report/text';
import { describe, expect, it } from 'vitest';

const tensor = { dims: [1], dtype: 'F32', data: Float32Array.of(1) };
const checkpoint = {
  format: 'pytorch',
  tensors: new Map([
    ['model.intro.weight', tensor],
    ['ema.shadow_params.0', tensor],
  ]),
  extra: {},
  ignored: [],
} as const;

describe('describeTaken', () => {
  it('warns that the plain weights were taken although there is an average', () => {
    const problem = 'without names that fit the network';
    const taken = takenFrom(checkpoint, {
      prefix: 'model',
      average: false,
      beside: [],
      leftAverages: [{ prefix: 'ema.shadow_params', problem }],
    });
    expect(taken.leftAverages).toEqual([{ prefix: 'ema.shadow_params', problem }]);
    expect(describeTaken(taken)).toEqual([
      "tensors taken from 'model'",
      "warning: an average of the weights (EMA) is under 'ema.shadow_params', but without names that fit the network; these are the plain weights. An average can be imported if it is saved under the network's names.",
      'left alone: ema',
    ]);
  });
});

it('an average under flattened names is taken, not left alone', () => {
  const names = ['intro.weight', 'ema_intro_weight', 'ema_intro_bias', 'emanate.weight'];
  const tensors = new Map(names.map((name) => [name, tensor]));
  const place = { prefix: 'ema', average: true, beside: [], leftAverages: [] };
  expect(takenFrom({ ...checkpoint, tensors }, place).ignored).toEqual(['intro', 'emanate']);
});

describe('what every module has', () => {
  it('is left alone once', () => {
    const beside = ['intro', 'ending'].flatMap((name) => [
      `${name}.weight_fake_quant.activation_post_process.eps`,
      `${name}.activation_post_process.scale`,
      `${name}.total_ops`,
    ]);
    const place = { prefix: 'model', average: false, beside, leftAverages: [] };
    expect(takenFrom({ ...checkpoint, tensors: new Map() }, place).ignored).toEqual([
      '*.weight_fake_quant',
      '*.activation_post_process',
      '*.total_ops',
    ]);
  });
});

describe('describeNonFinite', () => {
  it('is silent without names', () => expect(describeNonFinite([], 3)).toBeUndefined());

  it('offers the plain weights of the same file, if they are sound', () => {
    expect(describeNonFinite(['a', 'b'], 9, { sound: ['model'] })).toBe(
      "warning: 2 of 9 tensors hold NaN or infinity: a, b; the training diverged, and the network's images will be damaged. Take an earlier checkpoint, or import the plain weights in the same file, which are sound: --prefix 'model'.",
    );
  });

  it('blames the type for float64 beyond float32, not the training', () => {
    expect(describeNonFinite(['a'], 9, { wide: ['a'] })).toBe(
      "warning: 1 of 9 tensors hold float64 numbers beyond float32, in which weights are imported, or infinity: a; the network's images will be damaged. Take another checkpoint.",
    );
    expect(describeNonFinite(['a', 'b'], 9, { wide: ['a'] })).toMatch(
      /^warning: 1 of 9 tensors hold NaN or infinity: b; the training diverged/,
    );
  });
});
