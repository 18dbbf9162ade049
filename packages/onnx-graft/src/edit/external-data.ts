import { GraftError } from '../error.ts';
import { limits } from '../limits.ts';
import type { Model } from '../model/model.ts';
import { readLater } from '../model/read-model.ts';
import { readEntry } from '../model/read-tensor.ts';
import { dataFile, externalLocations, externalRange, externalTensors } from '../model/tensors.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { onnx } from '../wire/onnx-fields.ts';
import { type Piece, type PieceSource, pieceLength, pieceSource } from '../wire/source.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { encodeEntry, encodeField } from './encode.ts';
import { type Edit, rewrite } from './rewrite.ts';

/** Options of {@link externalizeWeights}. */
export interface ExternalizeOptions {
  /**
   * Smallest initializer to move, in bytes. Default: 1024, as in onnx's
   * `convert_model_to_external_data`.
   */
  readonly threshold?: number | undefined;
}

/** A model whose weights are in a data file, and that file's bytes. */
export interface Externalized {
  readonly model: Model;
  /** Made of ranges of the model's source; empty if nothing is large enough. */
  readonly data: PieceSource;
}

const defaultThreshold = 1024;

/**
 * Offsets of large tensors are multiples of this, so that they can be memory-mapped: Windows'
 * granularity, and a multiple of the 4096 of others (onnx.proto on `external_data`).
 */
const pageBytes = 65536;

/**
 * Tensors start on a page from this size, onnxruntime's `align_threshold`; smaller ones would be
 * mostly padding.
 */
const pagedFrom = 1024 * 1024;

/** TensorProto.DataLocation. */
const external = 1;

/** Alignment of smaller tensors: a multiple of any element's size. */
const elementBytes = 16;

/** TensorProto fields that hold the elements or locate them. */
const ofData: ReadonlySet<number> = new Set([
  onnx.TensorProto.rawData,
  onnx.TensorProto.externalData,
  onnx.TensorProto.dataLocation,
]);

/**
 * Moves a model's large initializers into one data file beside it, as files over protobuf's 2 GiB
 * need. Only `raw_data` of the main graph is moved; all other bytes stay. Inline existing external
 * data first, where it stays a range of its file:
 * `externalizeWeights(inlineExternal(model), location)`.
 *
 * Errors: `INVALID_ARGUMENT` for a model with external data, and for a location that is not a plain
 * relative path.
 *
 * @param location the data file's path from the model's folder, with slashes
 * @example
 * const { model, data } = externalizeWeights(host, 'host.onnx.data');
 */
export function externalizeWeights(
  model: Model,
  location: string,
  options: ExternalizeOptions = {},
): Externalized {
  const { graph, source } = model;
  checkLocation(location);
  const [outside] = externalTensors(model);
  if (outside) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${source.label}: tensor '${outside.tensor.name}' is in '${outside.data.location}' already; put the external data inside first (inlineExternal), then all of it goes into one file.`,
    );
  }
  const { threshold = defaultThreshold } = options;
  const pieces: Piece[] = [];
  let size = 0;
  const put = (piece: Piece): void => {
    pieces.push(piece);
    size += pieceLength(piece);
  };
  const edits: Edit[] = [];
  for (const { data, field } of graph.initializers) {
    if (data.kind !== 'raw') continue;
    const length = data.end - data.start;
    if (length < threshold || length === 0) continue;
    const gap = -size & ((length < pagedFrom ? elementBytes : pageBytes) - 1);
    if (gap > 0) put(new Uint8Array(gap));
    const offset = size;
    put({ source, start: data.start, end: data.end });
    const body: Piece[] = [];
    new WireReader(source).fields(field.body, field.end, (part) => {
      if (!ofData.has(part.number)) body.push({ source, start: part.start, end: part.end });
    });
    for (const [key, value] of Object.entries({ location, offset, length }))
      body.push(encodeEntry(onnx.TensorProto.externalData, key, String(value)));
    body.push(new FieldWriter().int(onnx.TensorProto.dataLocation, external).finish());
    edits.push({
      start: field.start,
      end: field.end,
      parents: [graph.field],
      pieces: encodeField(field.number, body),
    });
  }
  const data = pieceSource(pieces, location);
  if (edits.length === 0) return { model, data };
  return {
    model: readLater(rewrite(model, edits), { external: { folder: '', read: () => data } }),
    data,
  };
}

/** Rejects locations that {@link openModel} would not read. */
function checkLocation(location: string): void {
  const parts = location.split('/');
  if (!/[\\:\0]/.test(location) && parts.every((part) => part !== '' && !/^\.\.?$/.test(part)))
    return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `'${location}': external data needs a relative path inside the model's folder, such as 'model.onnx.data'.`,
  );
}

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
