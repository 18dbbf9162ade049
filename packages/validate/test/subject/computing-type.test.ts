import {
  buildNafnet,
  initialWeights,
  nafnetDefaults,
  nafnetParameters,
} from '@pip-graft/backbones';
import { convertPrecision } from '@pip-graft/onnx-graft';
import { expect, it } from 'vitest';
import { computingType } from '../../src/subject/subject.ts';

const config = { ...nafnetDefaults, width: 8, encoder: [1], decoder: [1] };
const model = buildNafnet(config, initialWeights(nafnetParameters(config), 1));

it('is float16 even if images are float32', () => {
  expect(computingType(model, 'float32')).toBe('float32');
  expect(computingType(model, 'float16')).toBe('float16');
  expect(computingType(convertPrecision(model), 'float32')).toBe('float16');
});
