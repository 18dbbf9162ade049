// Zips taken apart and reassembled, with a false directory.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { edge, join } from './blind.mjs';
import { hostileNames } from './names.mjs';
import { mutatePickle } from './pickle.mjs';

/** The entries of a valid zip: `{ name, data, method }`. */
export function parseZip(zip) {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.length);
  let end = zip.length - 22;
  while (view.getUint32(end, true) !== 0x06054b50) end--;
  const count = view.getUint16(end + 10, true);
  const entries = [];
  for (let at = view.getUint32(end + 16, true), i = 0; i < count; i++) {
    const method = view.getUint16(at + 10, true);
    const size = view.getUint32(at + 20, true);
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const stored = zip.slice(start, start + size);
    const data = method === 8 ? new Uint8Array(inflateRawSync(stored)) : stored;
    entries.push({ name: `${Buffer.from(zip.subarray(at + 46, at + 46 + name))}`, data, method });
    at += 46 + name + extra + comment;
  }
  return entries;
}

/**
 * The bytes of a zip. An entry may have `packed` instead of data, and `local` and `central`, which
 * set header fields by offset; `tail` does so for the end of the directory.
 */
export function writeZip(entries, tail = {}) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const { name, data, method = 0, packed, size = data?.length, local, central } of entries) {
    const encoded = new TextEncoder().encode(name.slice(0, 60_000));
    const body = packed ?? (method === 8 ? deflateRawSync(data) : data);
    const shared = { method, compressed: body.length, size, name: encoded };
    parts.push(header(30, { ...shared, fields: { 0: [4, 0x04034b50], ...local } }), body);
    const place = { 0: [4, 0x02014b50], 42: [4, offset] };
    directory.push(header(46, { ...shared, fields: { ...place, ...central } }));
    offset += parts.at(-2).length + body.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = new Uint8Array(22);
  const count = entries.length;
  const fields = {
    0: [4, 0x06054b50],
    8: [2, count],
    10: [2, count],
    12: [4, size],
    16: [4, offset],
  };
  set(end, { ...fields, ...tail });
  return join(...parts, ...directory, end);
}

function header(length, { method, compressed, size, name, fields }) {
  const out = new Uint8Array(length);
  // The central header has two more bytes before the fields that both have.
  const at = length === 46 ? 2 : 0;
  set(out, {
    [8 + at]: [2, method],
    [18 + at]: [4, compressed],
    [22 + at]: [4, size],
    [26 + at]: [2, name.length],
    ...fields,
  });
  return join(out, name);
}

function set(out, fields) {
  for (const [at, [width, value]] of Object.entries(fields)) {
    for (let i = 0; i < width; i++) {
      out[Number(at) + i] = Number((BigInt(value) >> BigInt(8 * i)) & 0xffn);
    }
  }
}

/** A checkpoint's zip with a few edits, to its pickle, its entries or its directory. */
export function mutateZip(zip, dice) {
  const entries = parseZip(zip);
  const tail = {};
  for (let left = dice.spread(1, 3); left > 0; left--)
    dice.weighted(mutations)(entries, dice, tail);
  return writeZip(entries, tail);
}

const fieldsOf = {
  local: [4, 6, 8, 14, 18, 22, 26, 28],
  central: [8, 10, 16, 20, 24, 28, 30, 32, 42],
};

const mutations = [
  [12, pickled],
  [2, field],
  [1, rename],
  [1, (entries, dice) => entries.splice(dice.below(entries.length), 1)],
  [1, (entries, dice) => entries.push({ ...dice.pick(entries) })],
  [1, resize],
  [0.3, bomb],
  [
    1,
    (_, dice, tail) => Object.assign(tail, { [dice.pick([8, 10, 12, 16, 20])]: [4, edge(dice)] }),
  ],
  [1, (entries, dice) => Object.assign(pick(entries, dice), { method: dice.pick([0, 8, 9, 99]) })],
];

const pick = (entries, dice) => (entries.length > 0 ? dice.pick(entries) : {});

function pickled(entries, dice) {
  const entry = entries.find(({ name }) => name.endsWith('data.pkl'));
  if (entry?.data) entry.data = mutatePickle(entry.data, dice);
}

function field(entries, dice) {
  const entry = pick(entries, dice);
  const where = dice.pick(['local', 'central']);
  const width = dice.pick([2, 4]);
  entry[where] = { ...entry[where], [dice.pick(fieldsOf[where])]: [width, edge(dice)] };
}

const names = [
  '../x',
  '/x',
  'a\\b',
  'archive/code/x.py',
  'archive/constants.pkl',
  'data.pkl',
].concat(['archive/data/0', 'archive/byteorder', ...hostileNames]);

function rename(entries, dice) {
  pick(entries, dice).name = dice.pick(names);
}

function resize(entries, dice) {
  const entry = pick(entries, dice);
  const size = dice.spread(1, 5000);
  if (entry.data) entry.data = join(entry.data, new Uint8Array(size)).slice(0, size);
}

const bombs = new Map();

/** Zeros, and instructions that each make an object, about as many as the reader's limits allow. */
const fillings = [
  ['\0', 1e6],
  ['\0', 6e7],
  ['\0', 6.7e7],
  ['\0', 1.5e8],
  [']', 999_000],
  [']\x94', 900_000],
  ['}\x94', 900_000],
  ['}a', 1_900_000],
  ['}0', 1_900_000],
  ['X\0\0\x01\0', 900],
  ['(', 900_000],
  ['N\x85', 1_900_000],
  ['K\0\x94', 1_300_000],
  ['G?\xf1\x11\x11\x11\x11\x11\x11a', 1_900_000],
  [`\x8a\xff${'\x11'.repeat(255)}a`, 240_000],
];

/** A small entry that unpacks to a lot, with its size stated correctly or not. */
function bomb(entries, dice) {
  const [unit, count] = dice.pick(fillings);
  const key = `${unit}${count}`;
  let bomb = bombs.get(key);
  if (!bomb) {
    const start = unit === '\0' ? '' : '\x80\x04]';
    const data = join(
      Buffer.from(start, 'latin1'),
      Buffer.alloc(unit.length * count, unit, 'latin1'),
    );
    bomb = { packed: new Uint8Array(deflateRawSync(data)), size: data.length };
    bombs.set(key, bomb);
  }
  const size = dice.chance(0.7) ? bomb.size : dice.pick([1, 100, bomb.size - 1, 2 ** 32 - 1]);
  const pickle = entries.find(({ name }) => name.endsWith('data.pkl'));
  const entry = unit === '\0' || !pickle ? pick(entries, dice) : pickle;
  Object.assign(entry, { packed: bomb.packed, method: 8, size });
}
