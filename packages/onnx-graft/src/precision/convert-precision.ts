import * as argument from '../argument.ts';
import { builderOpsets } from '../author/graph-builder.ts';
import type { TensorBytes } from '../author/spec.ts';
import { encodeField, encodeNode, encodeTensor, encodeValueInfo } from '../edit/encode.ts';
import { type Edit, renameValues, rewrite } from '../edit/rewrite.ts';
import { GraftError } from '../error.ts';
import { linksOf } from '../facts/links.ts';
import { dataTypeCode } from '../model/data-type.ts';
import type { Field, Model, Tensor, ValueInfo } from '../model/model.ts';
import { readLater } from '../model/read-model.ts';
import { toFloat16 } from '../number/number-bytes.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { Piece } from '../wire/source.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { constantLength, type FloatConstant, floatConstants } from './float-op.ts';
import { halfNodes } from './half-nodes.ts';
import {
  type PrecisionPlan,
  planPrecision,
  refuseUnconvertible,
  valueTypes,
} from './plan-precision.ts';
import { widenPrecision } from './widen-precision.ts';

/**
 * Converts a float32 model to store its weights and compute its layers in float16. Inputs and
 * outputs keep their types. Norms, softmax, attention scores, size arithmetic, unknown operators
 * and the image residual stay float32, with Casts in between; see decision 12. Weights are read
 * once to check that they fit float16, and again when saved.
 *
 * Graft after the conversion: removing the graft then gives the converted model.
 *
 * Errors: `UNSUPPORTED_HOST` for operator sets other than 11 to 23, and for a model that is
 * quantised or has nothing in float32 to convert; `NOT_FOUND` for missing external data;
 * `CORRUPT_FILE` for a tensor whose data does not fit its dimensions.
 *
 * @param to `float32` converts a float16 model back: it computes in float32 on the same numbers
 * @example
 * const { model } = openModel('restormer.onnx');
 * await saveModel(convertPrecision(model), 'restormer-float16.onnx');
 */
export function convertPrecision(
  model: Model,
  { to = 'float16' }: { readonly to?: 'float16' | 'float32' } = {},
): Model {
  argument.requireModel(model, 'convertPrecision');
  argument.requireChoice(to, { place: 'convertPrecision: to', choices: ['float16', 'float32'] });
  return to === 'float16' ? halvePrecision(model) : widenPrecision(model);
}

function halvePrecision(model: Model): Model {
  const { source, opsets } = model;
  const opset = opsets.get('') ?? 0;
  if (opset < builderOpsets.lowest || opset > builderOpsets.highest) {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${source.label}: operator set ${opset}: float16 is known for ${builderOpsets.lowest} to ${builderOpsets.highest}; convert the model to one of these first.`,
    );
  }
  const links = linksOf(model);
  const types = valueTypes(model);
  const constants = floatConstants(model);
  const room = new Map<string, boolean>();
  const fits = (value: string): boolean => {
    const known = room.get(value) ?? fitsHalf(constants.get(value)!.bytes());
    room.set(value, known);
    return known;
  };
  const isConstant = (value: string): boolean => constants.has(value);
  const half = halfNodes({ model, links, types, isConstant, fits });
  refuseUnconvertible(model, types, half);
  return readLater(
    rewrite(model, editsOf(model, planPrecision(model, links, half, constants), constants)),
    { external: model.external },
  );
}

function editsOf(
  model: Model,
  plan: PrecisionPlan,
  constants: ReadonlyMap<string, FloatConstant>,
): Edit[] {
  const { graph } = model;
  const { renamed, casts, halved, converted, copies, dropped } = plan;
  const parents = [graph.field];
  // Insertions between two records come before the second's replacement.
  const put: Edit[] = [];
  const replaced: Edit[] = [];
  const insert = (at: number, pieces: readonly Piece[]): void => {
    put.push({ start: at, end: at, pieces, parents });
  };
  const replace = ({ start, end }: Field, pieces: readonly Piece[]): void => {
    replaced.push({ start, end, pieces, parents });
  };
  for (const { after, node } of casts) {
    const at = after < 0 ? graph.nodes[0]!.field.start : graph.nodes[after]!.field.end;
    insert(at, [encodeNode(node)]);
  }
  for (const [index, { inputs, outputs }] of renamed) {
    const node = graph.nodes[index]!;
    replace(node.field, [renameValues(model, node, inputs, outputs)]);
  }
  for (const { field } of dropped) replace(field, []);
  for (const constant of converted) {
    const { tensor } = constant;
    if (tensor) replace(tensor.field, retypeTensor(model, tensor, halfData(constant)));
  }
  const gone = new Set(dropped.flatMap(({ outputs }) => outputs));
  for (const info of graph.valueInfos) {
    if (gone.has(info.name)) replace(info.field, []);
    else if (halved.has(info.name)) replace(info.field, retypeValue(info, 'valueInfo'));
  }
  // Before IR version 4 every initializer is listed as an input, with its type.
  const listed = model.irVersion < 4;
  for (const info of graph.inputs)
    if (listed && halved.has(info.name) && constants.has(info.name))
      replace(info.field, retypeValue(info, 'input'));
  const dataType = 'float16' as const;
  for (const [name, constant] of copies) {
    const spec = { name, dataType, dims: constant.dims };
    insert(graph.field.end, encodeTensor({ ...spec, data: halfData(constant) }));
    if (listed) insert(graph.field.end, [encodeValueInfo(spec, 'input')]);
  }
  return [...put, ...replaced];
}

function halfData(constant: FloatConstant): TensorBytes {
  return {
    byteLength: constantLength(constant) / 2,
    load: () => halfBytes(constant.bytes()),
  };
}

// Typed arrays use the machine's byte order, which is ONNX's wherever Node runs and browsers do.

/** Largest finite float16. */
const largest = 65504;

/** Smallest normal float16: smaller numbers have fewer and fewer digits. */
const smallest = 2 ** -14;

/** Converts little-endian float32 bytes to float16 bytes, rounding to nearest even. */
function halfBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(toFloat16(floats(bytes)).buffer);
}

/**
 * Whether a tensor of little-endian float32 bytes fits float16: no finite number becomes infinite,
 * and the whole is not so small that float16 blurs or loses it, as for the epsilon of a norm.
 * Single small numbers beside larger ones are not a loss.
 */
function fitsHalf(bytes: Uint8Array): boolean {
  let most = 0;
  for (const value of floats(bytes)) {
    const size = Math.abs(value);
    if (size > most && size !== Number.POSITIVE_INFINITY) most = size;
  }
  return most === 0 || (most >= smallest && most <= largest);
}

/** The numbers of bytes; a view if their alignment allows a Float32Array. */
function floats(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(buffer, byteOffset, length / 4);
}

const field = onnx.TensorProto;

/** TensorProto fields that give the type, hold the elements or locate them (onnx.proto). */
const ofElements: ReadonlySet<number> = new Set([
  field.dataType,
  field.floatData,
  field.int32Data,
  field.stringData,
  field.int64Data,
  field.rawData,
  field.doubleData,
  field.uint64Data,
  field.externalData,
  field.dataLocation,
]);

/** A tensor's record with float16 data; its other fields keep their bytes. */
function retypeTensor(model: Model, tensor: Tensor, data: Piece): Piece[] {
  const { source } = model;
  const body: Piece[] = [];
  new WireReader(source).fields(tensor.field.body, tensor.field.end, ({ number, start, end }) => {
    if (!ofElements.has(number)) body.push({ source, start, end });
  });
  body.push(new FieldWriter().int(field.dataType, dataTypeCode('float16')).finish());
  return encodeField(tensor.field.number, [...body, ...encodeField(field.rawData, [data])]);
}

/** A value's record with type float16; empty without a shape: the type follows from the graph. */
function retypeValue({ name, dims }: ValueInfo, kind: 'input' | 'valueInfo'): Piece[] {
  return dims ? [encodeValueInfo({ name, dataType: 'float16', dims }, kind)] : [];
}
