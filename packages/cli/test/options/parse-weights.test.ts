import { GraftError } from '@pip-graft/onnx-graft';
import { describe, expect, it } from 'vitest';
import { parseWeights } from '../../src/options/parse-weights.ts';

const labels = ['noise', 'rain', 'haze'];

describe('parseWeights', () => {
  it.each([
    ['rain', [0, 1, 0]],
    ['noise=0.5,haze=0.5', [0.5, 0, 0.5]],
    [' rain = 2 , haze=0', [0, 2, 0]],
  ])('reads %s', (text, weights) => {
    expect(parseWeights(text, labels)).toEqual(weights);
  });

  it.each([
    ['snow', 'UNKNOWN_LABEL', "'snow' is not one of this adapter's (noise, rain, haze)"],
    ['', 'INVALID_WEIGHTS', "degradation '': a label is missing before or after a comma or '='"],
    ['=1', 'INVALID_WEIGHTS', "degradation '=1': a label is missing"],
    ['rain,', 'INVALID_WEIGHTS', "degradation 'rain,': a label is missing"],
    ['rain=-1', 'INVALID_WEIGHTS', 'a number of 0 or more'],
    ['rain=', 'INVALID_WEIGHTS', 'a number of 0 or more'],
    ['rain=NaN', 'INVALID_WEIGHTS', 'a number of 0 or more'],
    ['rain=1e999', 'INVALID_WEIGHTS', 'a number of 0 or more'],
    ['rain=1=2', 'INVALID_WEIGHTS', 'a number of 0 or more'],
    ['rain,rain', 'INVALID_WEIGHTS', 'given twice'],
  ])('rejects %j', (text, code, message) => {
    try {
      parseWeights(text, labels);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(GraftError);
      expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    }
  });
});
