import { checkModel, type DataType } from '@pip-graft/onnx-graft';
import { constant, node, picture, tinyModel } from '@pip-graft/test-utils';
import { expect, test } from 'vitest';

const half = (bits: readonly number[]) => new Uint8Array(Uint16Array.from(bits).buffer);
const { NaN: nan, POSITIVE_INFINITY: high, NEGATIVE_INFINITY: low } = Number;
const odd = (name: string, dataType: DataType, data: Uint8Array) => ({
  name,
  dataType,
  dims: [data.length / 2],
  data,
});

test('names every tensor with NaN or infinity, but no mask', () => {
  const initializers = [
    constant('sound', [0.5, -1], [2]),
    constant('nan', [1, nan, nan], [3]),
    constant('infinite', [1, low], [2]),
    constant('mask', [0, low, low], [3]),
    constant('high', [0, high], [2]),
    odd('half', 'float16', half([0x3c00, 0x7e00])),
    odd('half sound', 'float16', half([0x7bff, 0x8001])),
    odd('brain', 'bfloat16', half([0x3f80, 0x7f80])),
    odd('brain sound', 'bfloat16', half([0x7c00])),
  ];
  const model = tinyModel({
    nodes: [node('Relu', ['input'], 'output')],
    inputs: [picture('input')],
    outputs: [picture('output')],
    initializers,
  });
  expect(
    checkModel(model, { weights: true }).map(({ code, place, message }) => [code, place, message]),
  ).toEqual(
    [
      ['nan', 'NaN (2 of 3 numbers)'],
      ['infinite', 'infinity (1 of 2 numbers)'],
      ['high', 'infinity (1 of 2 numbers)'],
      ['half', 'NaN (1 of 2 numbers)'],
      ['brain', 'infinity (1 of 2 numbers)'],
    ].map(([name, found]) => [
      'NOT_FINITE',
      `initializer '${name}'`,
      `it holds ${found}, so what the model makes will too; take an earlier checkpoint.`,
    ]),
  );
});
