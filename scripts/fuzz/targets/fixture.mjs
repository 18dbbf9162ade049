import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mutateBlind } from '../mutate/blind.mjs';
import { mutateOnnx } from '../mutate/onnx.mjs';
import { graftHost } from './graft-host.mjs';

const folder = new URL('../../../packages/backbones/test/fixtures/', import.meta.url);
const largest = 150_000;
let files;

/** Files that exporters wrote, those of wrapped networks too; the meaning of a seed changes when these files do. */
function fixtures() {
  files ??= readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.onnx') && statSync(new URL(name, folder)).size <= largest)
    .sort()
    .map((name) => new Uint8Array(readFileSync(new URL(name, folder))));
  return files;
}

/** The smallest of the committed exports, as {@link onnx}. */
export const fixture = {
  name: 'fixture',
  share: 5,
  make(dice) {
    const bytes = dice.pick(fixtures());
    const other = dice.pick(fixtures());
    return {
      'model.onnx': dice.chance(0.7) ? mutateOnnx(bytes, dice) : mutateBlind(bytes, dice, other),
    };
  },
  run: (given) => graftHost(given['model.onnx']),
};
