// Mutations of ONNX models that know records and their meaning (field numbers of onnx.proto).
import { edge } from './blind.mjs';
import { graphOf, inGraph, nodesOf, operators } from './graph.mjs';
import { grow } from './grow.mjs';
import { hostileNames } from './names.mjs';
import { all, encode, int, message, parse, raw, text, varint } from './records.mjs';
import { makeSparse } from './sparse.mjs';

/** A few edits of a valid model. */
export function mutateOnnx(bytes, dice) {
  const model = parse(bytes);
  for (let left = dice.spread(1, 4); left > 0; left--) dice.weighted(mutations)(model, dice);
  return encode(model);
}

/** @import { Field } from './records.mjs' */

const mutations = [
  [3, badLength],
  [1, padVarint],
  [2, swapRecords],
  [2, repeatRecord],
  [2, dropRecord],
  [1, retag],
  [2, nestGraphs],
  [3, makeCycle],
  [3, repeatName],
  [2, hostileName],
  [2, hostileDims],
  [1, otherDataType],
  [2, otherPayload],
  [3, attributeNumber],
  [2, attributeList],
  [4, shapeConstant],
  [3, otherOperator],
  [1, version],
  [1, duplicateGraph],
  [2, makeSparse],
  [3, grow],
];

const named = (parts, field) => parts.filter(({ number, bytes }) => number === field && bytes);
const chosen = (list, dice) => (list.length > 0 ? dice.pick(list) : undefined);
const within = (records, number) => all(records).filter((record) => record.number === number);

/** A list of records, an outer one as often as an inner one. */
function anyList(model, dice) {
  let list = model;
  for (;;) {
    const inner = list.filter(({ parts }) => parts?.length > 0);
    if (inner.length === 0 || dice.chance(0.25)) return list;
    list = dice.pick(inner).parts;
  }
}

const anyRecord = (model, dice) => chosen(anyList(model, dice), dice);

function badLength(model, dice) {
  const record = anyRecord(model, dice);
  if (record?.wire !== 2) return;
  const size = BigInt((record.bytes ?? encode(record.parts)).length);
  const endless = Uint8Array.from({ length: 11 }, () => 0xff);
  const near = size + BigInt(dice.below(9) - 4);
  record.length = dice.pick([endless, varint(edge(dice)), varint(edge(dice)), varint(near)]);
}

/** The same number in more bytes than it needs, which protobuf allows up to ten. */
function padVarint(model, dice) {
  const record = anyRecord(model, dice);
  if (!record) return;
  const width = 2 + dice.below(10);
  const tag = (BigInt(record.number) << 3n) | BigInt(record.wire);
  if (record.wire !== 2 || dice.chance(0.5)) record.tag = varint(tag, width);
  else {
    const size = (record.bytes ?? encode(record.parts)).length;
    record.length = varint(BigInt(size), width);
  }
}

function swapRecords(model, dice) {
  const list = anyList(model, dice);
  if (list.length < 2) return;
  const [a, b] = [dice.below(list.length), dice.below(list.length)];
  [list[a], list[b]] = [list[b], list[a]];
}

function repeatRecord(model, dice) {
  const list = anyList(model, dice);
  const record = chosen(list, dice);
  if (!record) return;
  const most = Math.max(1, 100_000 / encode([record]).length);
  const copies = Array.from({ length: dice.spread(1, Math.min(200, most)) }, () => record);
  list.splice(dice.below(list.length + 1), 0, ...copies);
}

function dropRecord(model, dice) {
  const list = anyList(model, dice);
  list.splice(dice.below(list.length), dice.spread(1, 3));
}

function retag(model, dice) {
  const record = anyRecord(model, dice);
  if (!record) return;
  if (dice.chance(0.5)) record.wire = dice.below(8);
  else record.number = dice.pick([0, dice.spread(1, 32), 2 ** 29 - 1]);
  if (record.wire === 0) record.int ??= edge(dice);
}

/** Bodies within bodies, as a control-flow attribute of some node. */
function nestGraphs(model, dice) {
  const node = chosen(nodesOf(model), dice);
  if (!node) return;
  const field = dice.pick([6, 6, 11]);
  /** @type {Field[]} */
  let body = [text(2, 'body')];
  for (let left = dice.spread(1, 300); left > 0; left--) {
    const attribute = message(5, [text(1, 'then_branch'), message(field, body), int(20, 5)]);
    body = [message(1, [text(2, 'y'), text(4, dice.pick(['If', 'Loop'])), attribute])];
  }
  node.parts.push(message(5, [text(1, dice.pick(['then_branch', 'body'])), message(6, body)]));
  if (dice.chance(0.5)) setText(node.parts, 4, dice.pick(['If', 'Loop', 'Scan']));
}

/** Makes a node read a value that is computed from its own output. */
function makeCycle(model, dice) {
  const nodes = nodesOf(model);
  if (nodes.length === 0) return;
  const at = dice.below(nodes.length);
  const later = nodes[at + dice.below(nodes.length - at)];
  const input = chosen(named(nodes[at].parts, 1), dice);
  const output = chosen(named(later.parts, 2), dice);
  if (input && output) input.bytes = output.bytes;
}

/** Every record that holds the name of a node, value or tensor. */
function names(model) {
  return [
    ...nodesOf(model).flatMap(({ parts }) => [1, 2, 3].flatMap((field) => named(parts, field))),
    ...inGraph(model, 5).flatMap(({ parts }) => named(parts, 8)),
    ...[11, 12, 13].flatMap((kind) => inGraph(model, kind).flatMap(({ parts }) => named(parts, 1))),
  ];
}

function repeatName(model, dice) {
  const list = names(model);
  if (list.length > 0) dice.pick(list).bytes = dice.pick(list).bytes;
}

/** Renames everywhere, so that references stay intact, or in one place only. */
function hostileName(model, dice) {
  const list = names(model);
  const old = chosen(list, dice)?.bytes;
  if (old === undefined) return;
  const fresh = dice.chance(0.1)
    ? Uint8Array.from([0xff, 0xc0, 0x80])
    : new TextEncoder().encode(dice.pick(hostileNames));
  if (dice.chance(0.3)) dice.pick(list).bytes = fresh;
  else for (const record of list) if (Buffer.compare(record.bytes, old) === 0) record.bytes = fresh;
}

function hostileDims(model, dice) {
  const size = () => dice.pick([edge(dice), BigInt(dice.spread(1, 1e6)), BigInt(dice.below(9))]);
  if (dice.chance(0.5)) {
    const tensor = chosen(inGraph(model, 5), dice);
    if (!tensor) return;
    const dims = tensor.parts.filter(({ number }) => number === 1);
    const dim = chosen(dims, dice);
    if (dim && dice.chance(0.7)) dim.int = size();
    else tensor.parts.push(...Array.from({ length: dice.spread(1, 80) }, () => int(1, size())));
    return;
  }
  const values = [...inGraph(model, 11), ...inGraph(model, 12), ...inGraph(model, 13)];
  const value = chosen(values, dice);
  const shape = value && within(value.parts, 2).find(({ parts }) => parts?.[0]?.number === 1);
  const list = shape?.parts.find(({ number }) => number === 2)?.parts ?? shape?.parts;
  if (!list) return;
  const dim = message(1, [dice.chance(0.8) ? int(1, size()) : text(2, 'n')]);
  if (dice.chance(0.7)) list[dice.below(list.length)] = dim;
  else list.push(dim);
}

function otherDataType(model, dice) {
  const tensor = chosen(inGraph(model, 5), dice);
  const field = tensor?.parts.find(({ number, wire }) => number === 2 && wire === 0);
  if (field) field.int = dice.chance(0.8) ? BigInt(dice.below(25)) : edge(dice);
}

/** A tensor's numbers in another field, with another length, or in two places at once. */
function otherPayload(model, dice) {
  const tensors = all(model).filter(({ parts }) => parts && named(parts, 9)[0]);
  const tensor = chosen(tensors, dice);
  if (!tensor) return;
  const data = named(tensor.parts, 9)[0];
  const way = dice.below(4);
  if (way === 0) data.bytes = data.bytes.slice(0, dice.below(data.bytes.length + 1));
  else if (way === 1) data.bytes = Buffer.concat([data.bytes, new Uint8Array(dice.spread(1, 99))]);
  else {
    const field = dice.pick([4, 5, 6, 7, 10, 11]);
    const type = tensor.parts.find(({ number, wire }) => number === 2 && wire === 0);
    if (type && dice.chance(0.5)) type.int = BigInt(dice.below(24));
    if (way === 2) data.number = field;
    else tensor.parts.push(raw(field, data.bytes.slice(0, dice.spread(1, 64))));
  }
}

/** An axis, a group, a stride or another single number, out of range. */
function attributeNumber(model, dice) {
  const field = chosen(
    within(nodesOf(model), 5)
      .flatMap(({ parts }) => parts ?? [])
      .filter(({ number, wire }) => (number === 3 && wire === 0) || (number === 8 && wire === 0)),
    dice,
  );
  if (field) field.int = number(dice);
}

/** Numbers that shape arithmetic may trip over: small, negative, zero and huge. */
function number(dice) {
  if (dice.chance(0.4)) return BigInt(dice.below(12) - 5);
  return dice.chance(0.5) ? BigInt(dice.spread(1, 1e9)) : edge(dice);
}

const listNames = ['perm', 'axes', 'pads', 'strides', 'kernel_shape', 'dilations', 'value_ints']
  .concat(['split', 'shape', 'output_shape', 'output_padding', 'scales', 'axis', 'group'])
  .concat(['blocksize', 'to', 'dtype', 'value_int', 'keepdims', 'num_outputs', 'allowzero']);

function attributeList(model, dice) {
  const node = chosen(nodesOf(model), dice);
  if (!node) return;
  const list = Array.from({ length: dice.spread(1, 70) - 1 }, () => int(8, number(dice)));
  const values = dice.chance(0.6) ? list : [int(3, number(dice))];
  node.parts.push(message(5, [text(1, dice.pick(listNames)), ...values]));
}

/** Numbers that determine shapes: the targets of Reshape, Expand, Tile, Range, Pad, Slice … */
function shapeConstant(model, dice) {
  const small = all(model).filter(({ number, bytes }) => number === 9 && bytes && isList(bytes));
  const data = chosen(small, dice);
  if (!data) return;
  const out = new Uint8Array(data.bytes);
  const view = new DataView(out.buffer);
  const at = 8 * dice.below(out.length / 8);
  view.setBigUint64(at, BigInt.asUintN(64, number(dice)), true);
  data.bytes = out;
}

const isList = ({ length }) => length > 0 && length <= 128 && length % 8 === 0;

function otherOperator(model, dice) {
  const node = chosen(nodesOf(model), dice);
  if (node) setText(node.parts, 4, dice.pick(operators));
}

function setText(parts, field, string) {
  const at = parts.findIndex(({ number }) => number === field);
  if (at >= 0) parts[at] = text(field, string);
  else parts.push(text(field, string));
}

function version(model, dice) {
  const field = chosen(
    model.flatMap((record) => (record.number === 8 ? (record.parts ?? []) : [record])),
    dice,
  );
  if (field?.wire === 0) field.int = dice.chance(0.5) ? BigInt(dice.below(26)) : edge(dice);
}

function duplicateGraph(model, dice) {
  const graph = graphOf(model);
  if (graph) model.splice(dice.below(model.length + 1), 0, graph);
}
