import { externalLocations, externalTensors } from '../model/external-tensors.ts';
import type { Model } from '../model/model.ts';
import { readLater } from '../model/read-later.ts';
import { readEntry } from '../model/read-tensor.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { Piece } from '../wire/source.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { encodeEntry, encodeField } from './encode.ts';
import { type Edit, rewrite } from './rewrite.ts';

const { externalData } = onnx.TensorProto;

/**
 * Moves a model's external data to other locations, relative to another folder; offsets and lengths
 * stay.
 *
 * @param locate the new location of one
 */
export function relocateExternal(
  model: Model,
  folder: string,
  locate: (location: string) => string,
): Model {
  const before = new Map([...externalLocations(model)].map((old) => [locate(old), old]));
  const edits = externalTensors(model).map(({ tensor, parents }): Edit => {
    const reader = new WireReader(model.source);
    const body: Piece[] = [];
    reader.fields(tensor.field.body, tensor.field.end, (field) => {
      const entry = field.number === externalData ? readEntry(reader, field) : undefined;
      if (entry?.[0] === 'location')
        body.push(encodeEntry(externalData, 'location', locate(entry[1])));
      else body.push({ source: model.source, start: field.start, end: field.end });
    });
    return {
      start: tensor.field.start,
      end: tensor.field.end,
      pieces: encodeField(tensor.field.number, body),
      parents,
    };
  });
  if (edits.length === 0) return model;
  const { external } = model;
  return readLater(rewrite(model, edits), {
    external: external && {
      ...external,
      folder,
      read: (location) => external.read(before.get(location) ?? location),
    },
  });
}
