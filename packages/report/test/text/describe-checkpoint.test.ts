import { describeTaken, takenFrom } from '@pip-graft/report/text';
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
      ...{ prefix: 'model', average: false, beside: [] },
      leftAverages: [{ prefix: 'ema.shadow_params', problem }],
    });
    expect(taken.leftAverages).toEqual([{ prefix: 'ema.shadow_params', problem }]);
    expect(describeTaken(taken)).toEqual([
      "tensors taken from 'model'",
      "warning: an average of the weights (EMA) lies under 'ema.shadow_params', but without names that fit the network; these are the plain weights. An average can be imported if it is saved under the network's names.",
      'left alone: ema',
    ]);
  });
});
