// Mutations of JSON: of its content, and of its spelling.
import { hostileNames } from './names.mjs';

const numbers = [-1, 0, 1, 0.5, 2, 3, 7, 64, 255, 8192, 8193, 2 ** 31, 2 ** 53, 1e308, -0, 1e-300];

/** Placeholder for text that is inserted after everything is written. */
const slot = '\u0001raw\u0001';

/** A text with a few edits; blind ones if it is not JSON. */
export function mutateJson(source, dice) {
  const holder = { root: parsed(source) };
  if (holder.root === undefined) return mutateText(source, dice);
  let raw = '';
  for (let left = dice.spread(1, 4); left > 0; left--) {
    const { parent, key } = anywhere(holder, dice);
    dice.weighted([
      [6, () => put(parent, key, value(dice, holder))],
      [2, () => remove(parent, key)],
      [2, () => put(parent, dice.pick([...hostileNames, 'x']), value(dice, holder))],
      [1, () => put(parent, key, slot)],
      [2, () => swap(parent, key, anywhere(holder, dice))],
    ])();
    raw ||= rawText(dice);
  }
  const text = JSON.stringify(holder.root) ?? '';
  const out = text.replace(JSON.stringify(slot), () => raw);
  return dice.chance(0.1) ? mutateText(out, dice) : out;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A member or entry, at any depth. */
function anywhere(holder, dice) {
  let parent = holder;
  let key = 'root';
  for (;;) {
    const inner = parent[key];
    const keys = typeof inner === 'object' && inner !== null ? Object.keys(inner) : [];
    if (keys.length === 0 || (key !== 'root' && dice.chance(0.3))) return { parent, key };
    parent = inner;
    key = dice.pick(keys);
  }
}

function put(parent, key, fresh) {
  Object.defineProperty(parent, key, {
    value: fresh,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function remove(parent, key) {
  // Not splice: it calls the array's `constructor`, which another mutation may have replaced.
  if (Array.isArray(parent)) {
    parent.copyWithin(Number(key), Number(key) + 1);
    parent.length -= 1;
  } else if (key !== 'root') delete parent[key];
}

function swap(parent, key, other) {
  const [a, b] = [parent[key], other.parent[other.key]].map((part) => structuredClone(part));
  put(parent, key, b);
  put(other.parent, other.key, a);
}

function value(dice, holder) {
  return dice.weighted([
    [4, () => dice.pick(numbers)],
    [2, () => dice.pick(hostileNames)],
    [2, () => dice.pick([null, true, [], {}, [0], [[]], { a: 1 }])],
    [1, () => Array.from({ length: dice.spread(1, 2000) }, () => dice.pick(numbers))],
    [2, () => structuredClone(at(anywhere(holder, dice)))],
    [1, () => slot],
  ])();
}

const at = ({ parent, key }) => parent[key];

/** JSON that no object serialises to: deep, huge, or with a key twice. */
function rawText(dice) {
  const deep = dice.spread(1, 300_000);
  return dice.pick([
    () => '['.repeat(deep) + ']'.repeat(deep),
    () => `${'{"a":'.repeat(deep)}0${'}'.repeat(deep)}`,
    () => '['.repeat(deep),
    () => '{"dtype":"F32","dtype":"F16"}',
    () => '9'.repeat(dice.spread(1, 5000)),
    () => '1e999',
    () => '-',
    () => `"${'\\u0000'.repeat(dice.spread(1, 5000))}"`,
    () => '{"__proto__":{"dtype":"F32","labels":["x"]}}',
  ])();
}

function mutateText(text, dice) {
  const start = dice.below(text.length + 1);
  const end = Math.min(text.length, start + dice.spread(1, 200));
  return dice.pick([
    () => text.slice(0, start),
    () => text.slice(0, start) + text.slice(end),
    () => text.slice(0, end) + text.slice(start),
    () =>
      text.slice(0, start) +
      dice.pick(['"', '{', '}', '[', ']', ',', ':', '\\', '\0', 'null']) +
      text.slice(start),
  ])();
}
