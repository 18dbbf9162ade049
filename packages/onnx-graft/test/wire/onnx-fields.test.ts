import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { onnxFields } from '../../../../scripts/onnx-fields.mjs';
import { onnx } from '../../src/wire/onnx-fields.ts';

test('the field numbers match onnx-proto', () => {
  const file = new URL('../../src/wire/onnx-fields.ts', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(onnxFields());
  // Three from onnx.proto itself, so that a script that finds nothing cannot pass.
  expect(onnx.TensorProto.externalData).toBe(13);
  expect(onnx.AttributeProto.sparseTensors).toBe(23);
  expect(onnx.FunctionProto.attributeProto).toBe(11);
});
