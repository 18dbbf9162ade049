// Mutations that know nothing about a format.

/** Numbers that tend to break lengths and counts. */
const edges = [0n, 1n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0xffffn, 0x7fffffffn, 0x80000000n]
  .concat([0xfffffffen, 0xffffffffn, 1n << 32n, (1n << 53n) - 1n, 1n << 53n])
  .concat([(1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n]);

/** A whole number that might break something, as a bigint. */
export function edge(dice) {
  return dice.pick(edges);
}

/** A few blind edits. `other` is a second file to splice with. */
export function mutateBlind(bytes, dice, other = bytes) {
  let out = bytes;
  for (let left = dice.spread(1, 4); left > 0; left--) {
    out = dice.pick(mutations)(out, dice, other);
  }
  return out;
}

const mutations = [
  flipBits,
  flipBits,
  setBytes,
  setNumber,
  (bytes, dice) => bytes.slice(0, dice.below(bytes.length + 1)),
  (bytes, dice) => bytes.slice(dice.below(Math.min(bytes.length, 64) + 1)),
  (bytes, dice) => join(bytes, randomBytes(dice)),
  (bytes, dice) => {
    const [start, end] = range(bytes, dice);
    return join(bytes.slice(0, start), bytes.slice(end));
  },
  (bytes, dice) => {
    const [start, end] = range(bytes, dice);
    return join(bytes.slice(0, end), bytes.slice(start));
  },
  (bytes, dice) => {
    const [start, end] = range(bytes, dice);
    const [from, to] = range(bytes, dice);
    return join(bytes.slice(0, start), bytes.slice(from, to), bytes.slice(end));
  },
  (bytes, dice, other) => {
    const [start, end] = range(bytes, dice);
    const [from, to] = range(other, dice);
    return join(bytes.slice(0, start), other.slice(from, to), bytes.slice(end));
  },
  (bytes, dice, other) =>
    join(bytes.slice(0, dice.below(bytes.length + 1)), other.slice(dice.below(other.length + 1))),
];

function flipBits(bytes, dice) {
  const out = bytes.slice();
  if (out.length === 0) return out;
  for (let left = dice.spread(1, 16); left > 0; left--) {
    out[place(out, dice)] ^= 1 << dice.below(8);
  }
  return out;
}

function setBytes(bytes, dice) {
  const out = bytes.slice();
  const value = dice.pick([0, 1, 0x7f, 0x80, 0xff, dice.below(256)]);
  const start = place(out, dice);
  out.fill(value, start, start + dice.spread(1, 32));
  return out;
}

function setNumber(bytes, dice) {
  const out = bytes.slice();
  const width = dice.pick([2, 4, 8]);
  if (out.length < width) return out;
  const at = Math.min(place(out, dice), out.length - width);
  const value = edge(dice);
  for (let i = 0; i < width; i++) out[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  return out;
}

/**
 * Half of the places are near the file's ends, where formats keep their headers and directories.
 */
function place(bytes, dice) {
  const near = Math.min(bytes.length, 256);
  if (dice.chance(0.25)) return dice.below(near);
  if (dice.chance(0.33)) return bytes.length - 1 - dice.below(near);
  return dice.below(bytes.length);
}

function range(bytes, dice) {
  const start = dice.below(bytes.length + 1);
  return [start, Math.min(bytes.length, start + dice.spread(1, 4096))];
}

function randomBytes(dice) {
  return Uint8Array.from({ length: dice.spread(1, 64) }, () => dice.below(256));
}

/** Concatenates arrays. */
export function join(...parts) {
  return new Uint8Array(Buffer.concat(parts));
}
