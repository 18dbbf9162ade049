import { GraftError } from '../error.ts';
import { byteLengthOf, type DataType } from '../model/data-type.ts';
import type { Field, Model, Tensor } from '../model/model.ts';
import { elementCount, readTensor } from '../model/read-tensor.ts';
import { tensorsOf } from '../model/tensors.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { Finding, Findings } from './finding.ts';

/** Elements read at once. */
const step = 1 << 20;

/**
 * Finds tensors that hold NaN, or infinity other than in a mask of 0 and -infinity, as diverged
 * training leaves them. Reads every floating-point weight, and external data if available.
 *
 * @example
 * checkWeights(model).map(({ place }) => place); // ["initializer 'conv.weight'"]
 */
export function checkWeights(model: Model): readonly Finding[] {
  return tensorsOf(model).flatMap(({ tensor, place }): Finding[] => {
    const found = oddNumbers(model, tensor);
    if (found === undefined) return [];
    const message = `it holds ${found}, so what the model makes will too; take an earlier checkpoint.`;
    return [{ severity: 'warning', code: 'NOT_FINITE', place: place(), message }];
  });
}

function oddNumbers(model: Model, tensor: Tensor): string | undefined {
  const read = readers[tensor.dataType ?? ''];
  if (!read) return undefined;
  const count = elementCount(tensor.dims);
  let [nan, high, low, finite] = [0, 0, 0, 0];
  try {
    for (let from = 0; from < count; from += step) {
      const to = Math.min(from + step, count);
      const numbers = read(readTensor(model, tensor, { from, to }).slice());
      for (const number of numbers) {
        if (Number.isFinite(number)) finite += number === 0 ? 0 : 1;
        else if (Number.isNaN(number)) nan++;
        else if (number > 0) high++;
        else low++;
      }
    }
  } catch (error) {
    // Missing or short data is another finding.
    if (!(error instanceof GraftError)) throw error;
    return undefined;
  }
  if (nan > 0) return `NaN (${nan} of ${count} numbers)`;
  if (high > 0 || (low > 0 && finite > 0)) return `infinity (${high + low} of ${count} numbers)`;
  return undefined;
}

/** Only finiteness matters, so 16-bit floats are read by their exponents. */
const readers: Readonly<Record<string, (bytes: Uint8Array) => Iterable<number>>> = {
  float32: (bytes) => new Float32Array(bytes.buffer),
  float64: (bytes) => new Float64Array(bytes.buffer),
  float16: (bytes) => halves(bytes, 0x7c00),
  bfloat16: (bytes) => halves(bytes, 0x7f80),
};

function halves(bytes: Uint8Array, exponent: number): Float32Array {
  return Float32Array.from(new Uint16Array(bytes.buffer), (bits) => {
    if ((bits & exponent) !== exponent) return bits & 0x7fff;
    if ((bits & 0x7fff & ~exponent) !== 0) return Number.NaN;
    return bits & 0x8000 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  });
}

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
