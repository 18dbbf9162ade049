import { GraftError } from '../error.ts';
import { limits } from '../limits.ts';
import { dataFile, externalRange, externalTensors } from '../model/external-tensors.ts';
import type { Model } from '../model/model.ts';
import { readLater } from '../model/read-later.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { Piece } from '../wire/source.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { encodeField } from './encode.ts';
import { type Edit, rewrite } from './rewrite.ts';

/** TensorProto fields that locate external data. */
const locating: ReadonlySet<number> = new Set([
  onnx.TensorProto.externalData,
  onnx.TensorProto.dataLocation,
]);

/**
 * A model with all external data inlined as raw data, which stays a range of its file until saved.
 *
 * Errors: `NOT_FOUND` for missing data; `LIMIT_EXCEEDED` if the result exceeds protobuf's 2 GiB.
 */
export function inlineExternal(model: Model): Model {
  const edits = externalTensors(model).map((outside): Edit => {
    const { tensor, data, parents } = outside;
    const range = externalRange(outside, dataFile(model, data.location));
    const body: Piece[] = [];
    new WireReader(model.source).fields(tensor.field.body, tensor.field.end, (field) => {
      if (!locating.has(field.number))
        body.push({ source: model.source, start: field.start, end: field.end });
    });
    body.push(...encodeField(onnx.TensorProto.rawData, [range]));
    return {
      start: tensor.field.start,
      end: tensor.field.end,
      pieces: encodeField(tensor.field.number, body),
      parents,
    };
  });
  if (edits.length === 0) return model;
  const source = rewrite(model, edits);
  if (source.size > limits.messageBytes) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${model.source.label}: with all data inside it would take ${source.size} bytes; an .onnx file holds at most 2 GiB. Keep the data external.`,
    );
  }
  return readLater(source, {});
}
