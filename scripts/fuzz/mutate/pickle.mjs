// Mutations of pickles that know instructions (Python's pickletools) and leave the rest alone.
import { edge, join } from './blind.mjs';
import { hostileNames } from './names.mjs';

/** Size in bytes of an instruction's operand, or how its length is encoded. */
const operands = {
  K: 1,
  h: 1,
  q: 1,
  '\x80': 1,
  M: 2,
  J: 4,
  j: 4,
  r: 4,
  G: 8,
  '\x95': 8,
  '\x8c': 'counted1',
  U: 'counted1',
  C: 'counted1',
  '\x8a': 'counted1',
  X: 'counted4',
  T: 'counted4',
  B: 'counted4',
  '\x8b': 'counted4',
  '\x8d': 'counted8',
  '\x8e': 'counted8',
  '\x96': 'counted8',
  c: 'lines2',
  I: 'lines1',
  L: 'lines1',
  F: 'lines1',
  S: 'lines1',
  V: 'lines1',
  g: 'lines1',
  p: 'lines1',
};

const stop = 0x2e;
const bytes = (text) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** A few edits of the pickles at the start of a file; `count` of them in one file. */
export function mutatePickle(source, dice, count = 1) {
  const { code, rest } = split(source, count);
  for (let left = dice.spread(1, 4); left > 0 && code.length > 0; left--) {
    dice.weighted(mutations)(code, dice);
  }
  return join(...code.map(({ op, operand }) => join(Uint8Array.of(op), operand)), rest);
}

function split(source, count) {
  const code = [];
  let at = 0;
  for (let stops = 0; stops < count && at < source.length; ) {
    const op = source[at];
    const size = operandSize(source, at + 1, operands[String.fromCharCode(op)]);
    code.push({ op, operand: source.slice(at + 1, at + 1 + size) });
    at += 1 + size;
    if (op === stop) stops++;
  }
  return { code, rest: source.slice(at) };
}

/**
 * @param {Uint8Array} source
 * @param {number} at
 * @param {number | string} [kind]
 */
function operandSize(source, at, kind = 0) {
  if (typeof kind === 'number') return kind;
  const count = Number(kind.slice(-1));
  if (kind.startsWith('counted')) {
    let length = 0;
    for (let i = 0; i < count; i++) length += (source[at + i] ?? 0) * 256 ** i;
    return count + length;
  }
  let end = at;
  for (let line = 0; line < count; line++) {
    const found = source.indexOf(0x0a, end);
    end = found < 0 ? source.length : found + 1;
  }
  return end - at;
}

const mutations = [
  [3, (code, dice) => code.splice(dice.below(code.length), dice.spread(1, 3))],
  [2, repeat],
  [2, swap],
  [4, number],
  [3, length],
  [3, otherText],
  [2, otherOperation],
  [3, insert],
];

function repeat(code, dice) {
  const at = dice.below(code.length);
  const part = code.slice(at, at + dice.spread(1, 40));
  const copies = Array.from({ length: dice.spread(1, 300) }, () => part).flat();
  code.splice(dice.below(code.length), 0, ...copies);
}

function swap(code, dice) {
  const [a, b] = [dice.below(code.length), dice.below(code.length)];
  [code[a], code[b]] = [code[b], code[a]];
}

/** Another number: an offset, a size, a stride, a memo's index, a protocol. */
function number(code, dice) {
  const some = code.filter(({ op }) => 'KMJGhqjrg'.includes(String.fromCharCode(op)));
  if (some.length === 0) return;
  const chosen = dice.pick(some);
  const value = dice.chance(0.4) ? BigInt(dice.below(10)) : edge(dice);
  const wide = dice.pick([
    () => ({ op: 0x4a, operand: little(value, 4) }),
    () => ({ op: 0x8a, operand: join(Uint8Array.of(9), little(value, 9)) }),
    () => ({ op: 0x4c, operand: bytes(`${'9'.repeat(dice.spread(1, 400))}L\n`) }),
    () => ({ op: 0x47, operand: new Uint8Array(8).fill(dice.below(256)) }),
  ]);
  const same = () => ({ op: chosen.op, operand: little(value, chosen.operand.length) });
  Object.assign(chosen, dice.chance(0.6) ? same() : wide());
}

function length(code, dice) {
  const chosen = dice.pick(code);
  const kind = operands[String.fromCharCode(chosen.op)];
  if (!`${kind}`.startsWith('counted')) return;
  const size = Number(kind.slice(-1));
  chosen.operand = join(little(edge(dice), size), chosen.operand.slice(size));
}

const globals = [
  'os\nsystem\n',
  'builtins\neval\n',
  'torch\nFloatStorage\n',
  'torch\nByteStorage\n',
]
  .concat(['torch._utils\n_rebuild_tensor_v2\n', 'torch._utils\n_rebuild_parameter\n'])
  .concat(['collections\nOrderedDict\n', '__proto__\n__proto__\n', 'torch\nconstructor\n', '\n\n'])
  .concat(['torch\nQUInt8Storage\n', 'torch\ndevice\n', 'torch.nn.modules.conv\nConv2d\n']);

function otherText(code, dice) {
  const some = code.filter(({ op }) => op === 0x63 || op === 0x58);
  if (some.length === 0) return;
  const chosen = dice.pick(some);
  if (chosen.op === 0x63) chosen.operand = bytes(dice.pick(globals));
  else {
    const other = dice.pick([...hostileNames, '0', '1', 'storage', 'cpu', 'meta', 'state_dict']);
    chosen.operand = counted(dice.chance(0.2) ? dice.pick(hostileNames) : other);
  }
}

function counted(text) {
  const encoded = new TextEncoder().encode(text);
  return join(little(BigInt(encoded.length), 4), encoded);
}

const codes = bytes(
  '(}]).\x85\x86\x87tldsuaebR\x81\x92Q012NKh\x94\x93\x88\x89\x8f\x90\x91P\x97\x98',
);

function otherOperation(code, dice) {
  dice.pick(code).op = dice.chance(0.8) ? dice.pick([...codes]) : dice.below(256);
}

/** Structures that grow, contain themselves, or name what must not run. */
function insert(code, dice) {
  const many = dice.spread(1, 20_000);
  const text = dice.pick([
    () => ']'.repeat(many) + 'a'.repeat(many - 1),
    () => '('.repeat(many),
    () => ')'.repeat(many),
    () => `N${'\x85'.repeat(many)}`,
    () => `}q\x00h\x00h\x00s`,
    () => `]q\x00h\x00a`,
    () => `N${'2\x86'.repeat(dice.spread(1, 80))}`,
    () => `}${'q\x00X\x01\x00\x00\x00ah\x00s'.repeat(3)}`,
    () => `}X\x01\x00\x00\x00a}X\x01\x00\x00\x00b}X\x01\x00\x00\x00c}sss`,
    () => `c${dice.pick(globals)}(X\x02\x00\x00\x00lstR`,
    () => `r${String.fromCharCode(...little(edge(dice), 4))}`,
    () => `\x8c\x01x${'\x94'.repeat(many)}`,
    () => `]${'K\x01a'.repeat(many)}`,
    () => '0'.repeat(Math.min(many, 8)),
  ])();
  const made = split(bytes(text), Number.POSITIVE_INFINITY).code;
  code.splice(dice.chance(0.5) ? code.length - 1 : dice.below(code.length), 0, ...made);
}

function little(value, size) {
  return Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
