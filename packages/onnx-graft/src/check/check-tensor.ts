import { byteLengthOf, type DataType } from '../model/data-type.ts';
import type { Field, Model, Tensor } from '../model/model.ts';
import { elementCount } from '../model/read-tensor.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { Findings } from './finding.ts';

/** Bytes read at once when counting numbers of variable length. */
const chunkBytes = 1 << 20;

/** Checks that a tensor's data is as long as its type and dimensions say. Does not read weights. */
export function checkTensor(
  model: Model,
  tensor: Tensor,
  place: () => string,
  findings: Findings,
): void {
  const { dataType, data, dims } = tensor;
  // Types newer than this version, and strings, have no known width.
  const count = elementCount(dims);
  const length = dataType && byteLengthOf(dataType, count);
  if (dataType === undefined || length === undefined) return;
  const wrong = (have: number, want: number, unit: string): void => {
    if (have === want) return;
    const message = `${dataType} [${dims.join(', ')}] takes ${want} ${unit}, but there are ${have}.`;
    findings.error('WRONG_LENGTH', place(), message);
  };
  if (data.kind === 'raw') wrong(data.end - data.start, length, 'bytes');
  else if (data.kind === 'external') wrong(data.length ?? length, length, 'bytes');
  else {
    const stored = data.fields.reduce((sum, field) => sum + storedCount(model, field), 0);
    const perElement = elementsStored(dataType);
    if (perElement !== undefined) wrong(stored, count * perElement, 'stored numbers');
  }
}

/** Numbers stored for one element in the typed fields; undefined where exporters differ. */
function elementsStored(dataType: DataType): number | undefined {
  if (/4/.test(dataType) && !/64/.test(dataType)) return undefined;
  return dataType.startsWith('complex') ? 2 : 1;
}

/** Numbers in a repeated field: packed floats and doubles by length, varints by last bytes. */
function storedCount(model: Model, field: Field): number {
  const { number, wireType, body, end } = field;
  if (wireType !== 2) return 1;
  if (number === onnx.TensorProto.floatData) return (end - body) / 4;
  if (number === onnx.TensorProto.doubleData) return (end - body) / 8;
  let count = 0;
  for (let at = body; at < end; at += chunkBytes) {
    const chunk = model.source.read(at, Math.min(at + chunkBytes, end));
    for (const byte of chunk) if (byte < 0x80) count++;
  }
  return count;
}
