import { hosts } from '../corpus/hosts.mjs';
import { mutateBlind } from '../mutate/blind.mjs';
import { mutateOnnx } from '../mutate/onnx.mjs';
import { graftHost } from './graft-host.mjs';

/** ONNX files made in code: read, checked, located, grafted and ungrafted. */
export const onnx = {
  name: 'onnx',
  share: 40,
  make(dice) {
    const bytes = dice.pick(hosts());
    const way = dice.below(10);
    const known = way < 7 ? mutateOnnx(bytes, dice) : bytes;
    return { 'model.onnx': way < 6 ? known : mutateBlind(known, dice, dice.pick(hosts())) };
  },
  run: (files) => graftHost(files['model.onnx']),
};
