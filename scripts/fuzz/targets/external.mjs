import { execFileSync } from 'node:child_process';
import fs, { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join, sep } from 'node:path';
import { bytesSource, readModel, readTensor } from '@pip-graft/onnx-graft';
import { openModel, saveModel } from '@pip-graft/onnx-graft/node';
import {
  inlineExternal,
  relocateExternal,
} from '../../../packages/onnx-graft/dist/edit/external-data.js';
import { externalTensors } from '../../../packages/onnx-graft/dist/model/tensors.js';
import { bytesOf, codeOf, expect } from '../check.mjs';
import { hosts } from '../corpus/hosts.mjs';
import { mutateBlind } from '../mutate/blind.mjs';
import { inGraph } from '../mutate/graph.mjs';
import { hostileNames } from '../mutate/names.mjs';
import { mutateOnnx } from '../mutate/onnx.mjs';
import { encode, int, message, parse, text, varint } from '../mutate/records.mjs';
import { temporaryFolder } from '../temporary-folder.mjs';

const dataBytes = 40_000;
let folder;
let made;

/** Hosts whose weights are in weights.bin, and one with a few of them inside an attribute. */
function external() {
  made ??= [hosts()[0], hosts()[1]].map(outside);
  return made;
}

function outside(bytes) {
  const model = parse(bytes);
  let offset = 0;
  for (const { parts } of inGraph(model, 5)) {
    const at = parts.findIndex((part) => part.number === 9);
    const length = parts[at].bytes.length;
    parts.splice(at, 1, ...located({ location: 'weights.bin', offset, length }));
    offset += length;
  }
  return encode(model);
}

function located(entries) {
  const parts = Object.entries(entries).map(([key, value]) =>
    message(13, [text(1, key), text(2, String(value))]),
  );
  return [...parts, int(14, 1)];
}

const locations = [
  'weights.bin',
  'sub/weights.bin',
  '../secret',
  '../../../etc/passwd',
  '/etc/passwd',
]
  .concat(['link', 'linked/weights.bin', 'sub/../../secret', './weights.bin', 'sub/../weights.bin'])
  .concat(['weights.bin/', 'sub', '.', '..', 'a\\..\\..\\secret', 'C:\\secret', 'pipe', 'missing'])
  .concat(['weights.bin\0.txt', '/dev/zero', '/proc/self/mem', 'file:///etc/passwd', 'model.onnx']);
const sizes = ['0', '1', '-1', '4', '39999', '40000', '40001', '4294967296', '9007199254740991']
  .concat(['9007199254740992', '18446744073709551615', '1e3', '0x10', ' 4', '4 ', '', 'NaN', '1.5'])
  .concat(['99999999999999999999999']);

/** ONNX files with data in other files: nothing outside the model's folder is opened. */
export const externalData = {
  name: 'external',
  share: 10,
  make(dice) {
    const bytes = dice.pick(external());
    const way = dice.below(10);
    const known = way < 8 ? relocate(bytes, dice) : bytes;
    if (way < 6) return { 'model.onnx': known };
    const other = way < 8 ? mutateOnnx(known, dice) : mutateBlind(known, dice);
    return { 'model.onnx': other };
  },
  async run(given) {
    folder ??= prepared(temporaryFolder('external'));
    writeFileSync(join(folder, 'model.onnx'), given['model.onnx']);
    const opened = watched(folder, () => openModel(join(folder, 'model.onnx')));
    try {
      const { model } = opened;
      for (const { tensor } of externalTensors(model)) {
        codeOf(() => watched(folder, () => readTensor(model, tensor)));
      }
      const inlined = watched(folder, () => inlineExternal(model));
      expect(externalTensors(inlined).length === 0, 'everything is inside');
      const whole = readModel(bytesSource(bytesOf(inlined)));
      const moved = relocateExternal(model, folder, (location) => `sub/${location}`);
      expect(moved.graph.nodes.length === whole.graph.nodes.length, 'the same nodes either way');
      const target = join(folder, 'out', 'saved.onnx');
      await saveModel(model, target, { externalData: 'inline' });
      return externalTensors(model).length > 0 ? 'read' : 'no external data';
    } finally {
      opened.close();
    }
  },
};

function relocate(bytes, dice) {
  const model = parse(bytes);
  const tensors = inGraph(model, 5);
  for (let left = dice.spread(1, 3); left > 0; left--) {
    const { parts } = dice.pick(tensors);
    const entry = dice.pick(parts.filter(({ number }) => number === 13));
    if (!entry) continue;
    const key = Buffer.from(entry.parts[0].bytes).toString();
    const value =
      key === 'location' ? dice.pick([...locations, ...hostileNames]) : dice.pick(sizes);
    const change = [
      () => entry.parts.splice(1, 1, text(2, value)),
      () => entry.parts.splice(1, 1, text(2, value)),
      () =>
        entry.parts.splice(
          0,
          1,
          text(1, dice.pick(['location', 'offset', 'checksum', ...hostileNames])),
        ),
      () => parts.push(...located({ [key]: value })),
      () => parts.splice(parts.indexOf(entry), 1),
      () => parts.push({ number: 9, wire: 2, bytes: new Uint8Array(8) }),
      () => Object.assign(entry, { length: varint(BigInt(2 ** 32)) }),
    ];
    dice.pick(change)();
  }
  return encode(model);
}

/** A model's folder with what a hostile file might name, and a secret outside it. */
function prepared(parent) {
  const path = join(realpathSync(parent), 'host');
  for (const name of ['', 'sub', 'out']) mkdirSync(join(path, name));
  for (const name of ['weights.bin', 'sub/weights.bin', '../secret']) {
    writeFileSync(join(path, name), new Uint8Array(dataBytes));
  }
  try {
    symlinkSync('../secret', join(path, 'link'));
    symlinkSync('sub', join(path, 'linked'));
    // Opening a named pipe waits for a writer: if anything opens it, it hangs.
    execFileSync('mkfifo', [join(path, 'pipe')], { stdio: 'ignore' });
  } catch {
    // On Windows both need rights that tests do not have.
  }
  return path;
}

/** Runs an action and fails if it opened a file outside a folder. */
function watched(inside, action) {
  const { openSync } = fs;
  const outside = [];
  fs.openSync = (path, ...rest) => {
    const real = existsSync(path) ? realpathSync(path) : path;
    if (!`${real}`.startsWith(inside + sep)) outside.push(real);
    return openSync(path, ...rest);
  };
  syncBuiltinESMExports();
  try {
    return action();
  } finally {
    fs.openSync = openSync;
    syncBuiltinESMExports();
    expect(outside.length === 0, `a file outside the folder was opened: ${outside}`);
  }
}
