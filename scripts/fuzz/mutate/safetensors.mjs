import { edge, join } from './blind.mjs';
import { mutateJson } from './json.mjs';

/** A safetensors file with its header edited, and a right or wrong length field. */
export function mutateSafetensors(bytes, dice) {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const header = Buffer.from(bytes.subarray(8, 8 + length)).toString();
  const data = bytes.subarray(8 + length);
  const json = dice.chance(0.85) ? edited(header, dice) : header;
  const body = new TextEncoder().encode(json);
  const wrong = dice.chance(0.5) ? edge(dice) : BigInt(body.length + dice.below(17) - 8);
  const prefix = new Uint8Array(8);
  const field = dice.chance(0.85) ? BigInt(body.length) : wrong;
  new DataView(prefix.buffer).setBigUint64(0, BigInt.asUintN(64, field), true);
  return join(prefix, body, dice.chance(0.1) ? data.slice(0, dice.below(data.length + 1)) : data);
}

function edited(header, dice) {
  return dice.weighted([
    [6, () => mutateJson(header, dice)],
    [1, () => repeatKey(header, dice)],
    [2, () => retype(header, dice)],
    [2, () => reshape(header, dice)],
  ])();
}

/** A tensor that is there twice, which JSON.parse does not reveal. */
function repeatKey(header, dice) {
  const root = JSON.parse(header);
  const name = dice.pick(Object.keys(root));
  return `{${JSON.stringify(name)}:${JSON.stringify(root[name])},${header.trim().slice(1)}`;
}

const types = [
  'F64',
  'F32',
  'F16',
  'BF16',
  'I64',
  'I32',
  'I16',
  'I8',
  'U64',
  'U8',
  'BOOL',
  'F8_E4M3',
  'C64',
];

/** The same bytes as another type, with a matching shape if possible. */
function retype(header, dice) {
  const root = JSON.parse(header);
  const entry = root[dice.pick(Object.keys(root))];
  if (!entry?.data_offsets) return header;
  const [start, end] = entry.data_offsets;
  entry.dtype = dice.pick(types);
  if (dice.chance(0.8)) entry.shape = [Math.floor((end - start) / dice.pick([1, 2, 4, 8]))];
  return JSON.stringify(root);
}

/** Shapes with the same number of elements as before, or whose product overflows to it. */
function reshape(header, dice) {
  const root = JSON.parse(header);
  const entry = root[dice.pick(Object.keys(root))];
  if (!Array.isArray(entry?.shape)) return header;
  const extra = dice.pick([[1], [0], [0, 2 ** 53 - 1], [2 ** 32, 2 ** 32], [-1, -1], [0.5, 2]]);
  entry.shape = dice.chance(0.5) ? [...entry.shape, ...extra] : [...extra, ...entry.shape];
  if (dice.chance(0.3)) entry.shape = Array.from({ length: dice.spread(1, 5000) }, () => 1);
  return JSON.stringify(root);
}
