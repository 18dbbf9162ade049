import { readdirSync, readFileSync } from 'node:fs';
import { buildBackbone, detectBackbone } from '@pip-graft/backbones';
import { bytesSource, readModel } from '@pip-graft/onnx-graft';
import { findModules, importAdapter } from '@pip-graft/pip-core';
import { elementCount } from '@pip-graft/weights';
import { readCheckpoint } from '@pip-graft/weights/node';
import { bytesOf, codeOf, expect } from '../check.mjs';
import { networkCheckpoints } from '../corpus/checkpoint.mjs';
import { mutateBlind } from '../mutate/blind.mjs';
import { mutatePickle } from '../mutate/pickle.mjs';
import { mutateZip } from '../mutate/zip.mjs';

const folder = new URL('../../../packages/weights/test/checkpoints/', import.meta.url);
/** Pickles at the start of torch.save's older form: magic number, protocol, machine, object, keys. */
const legacyPickles = 5;
let made;

/** Networks made in code, and the files that PyTorch wrote for the reader's tests. */
function checkpoints() {
  made ??= [
    ...networkCheckpoints(),
    ...readdirSync(folder)
      .filter((name) => /\.(pth|pt|ckpt|pkl)$/.test(name))
      .sort()
      .map((name) => new Uint8Array(readFileSync(new URL(name, folder)))),
  ];
  return made;
}

/** PyTorch checkpoints: read and, if a network is recognised, built. */
export const checkpoint = {
  name: 'checkpoint',
  share: 25,
  make(dice) {
    const bytes = dice.pick(checkpoints());
    const known = (source) =>
      source[0] === 0x50 ? mutateZip(source, dice) : mutatePickle(source, dice, legacyPickles);
    const way = dice.below(10);
    const out = way < 7 ? known(bytes) : bytes;
    return { 'model.pth': way < 6 ? out : mutateBlind(out, dice, dice.pick(checkpoints())) };
  },
  async run(given) {
    const { tensors } = await readCheckpoint(bytesSource(given['model.pth'], 'model.pth'));
    for (const [name, tensor] of tensors) {
      // Numbers of an unsupported type are rejected when they are read.
      if (tensor.unread !== undefined) continue;
      const code = codeOf(() => {
        const count = elementCount(tensor.dims);
        expect(
          tensor.data.length === count,
          `'${name.slice(0, 40)}' has as many elements as its shape`,
        );
      });
      // A zip's checksums are compared when the data is read.
      if (code === 'CORRUPT_FILE') return `read; no data: ${code}`;
      expect(code === undefined, `'${name.slice(0, 40)}' was accepted and cannot be read: ${code}`);
    }
    const refused = codeOf(() => detectBackbone(tensors));
    if (refused !== undefined) return `read; no backbone: ${refused}`;
    const { backbone, weights, pip } = detectBackbone(tensors);
    if (pip.length > 0) {
      const base = { family: backbone.family, name: null, fingerprint: null, digest: null };
      codeOf(() => {
        const modules = findModules(tensors);
        if (modules) importAdapter(modules.tensors, { name: 'x', base, training: null });
      });
    }
    const built = bytesOf(buildBackbone(backbone, weights));
    expect(readModel(bytesSource(built)).graph.nodes.length > 0, 'the built model has nodes');
    return 'built';
  },
};
