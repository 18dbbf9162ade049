import { backbonePresets, buildBackbone } from '@pip-graft/backbones';
import { smallNetwork } from './network.mjs';

let made;

/** Small hosts of every kind, made in code, so that a seed gives the same file on every machine. */
export function hosts() {
  made ??= [
    smallNetwork({}),
    smallNetwork({ join: 'add', up: 'shuffle', opset: 11, dims: [1, 3, 64, 64] }),
    smallNetwork({ up: 'resize', levels: 3, opset: 18, dims: [null, 3, null, null] }),
    smallNetwork({ attention: true, join: 'add', opset: 13 }),
    smallNetwork({ irVersion: 3, levels: 1, opset: 11, dims: [1, 3, 'h', 'w'] }),
    smallNetwork({ up: 'resize', body: true, opset: 21, irVersion: 10 }),
    native('nafnet-small', { width: 4, encoder: [1, 1], middle: 1, decoder: [1, 1] }),
  ];
  return made;
}

function native(preset, sizes) {
  const { family, config } = backbonePresets[preset];
  const { source } = buildBackbone({ family, config: { ...config, ...sizes } }, 1);
  return source.read(0, source.size).slice();
}
