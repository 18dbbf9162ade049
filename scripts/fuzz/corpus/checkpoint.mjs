import { backboneParameters, backbonePresets } from '@pip-graft/backbones';
import { initAdapter, pipParameters } from '@pip-graft/pip-core';
import { elementCount } from '@pip-graft/weights';
import { writeZip } from '../mutate/zip.mjs';

/** What `torch.save` writes for a state dict of zeros: a zip of one pickle and the storages. */
export function torchZip(shapes, wrap = (state) => state) {
  const data = [];
  const state = shapes.map(([name, dims], index) => {
    data.push({ name: `archive/data/${index}`, data: new Uint8Array(4 * elementCount(dims)) });
    return `${text(name)}${tensor(index, dims)}`;
  });
  const pickle = `\x80\x02${wrap(dict(state.join('')))}.`;
  return writeZip([
    { name: 'archive/data.pkl', data: Uint8Array.from(pickle, (char) => char.charCodeAt(0)) },
    { name: 'archive/byteorder', data: new TextEncoder().encode('little') },
    ...data,
    { name: 'archive/version', data: new TextEncoder().encode('3\n') },
  ]);
}

const little = (value) =>
  String.fromCharCode(...[0, 8, 16, 24].map((bits) => (value >> bits) & 255));
const text = (string) => `X${little(string.length)}${string}`;
const int = (value) => `J${little(value)}`;
const tuple = (items) => `(${items.join('')}t`;
const ordered = 'ccollections\nOrderedDict\n)R';
const dict = (items) => `${ordered}(${items}u`;

function tensor(index, dims) {
  const count = elementCount(dims);
  const kind = 'ctorch\nFloatStorage\n';
  const storage = `${tuple([text('storage'), kind, text(String(index)), text('cpu'), int(count)])}Q`;
  const strides = dims.map((_, axis) => elementCount(dims.slice(axis + 1)));
  const sizes = [tuple(dims.map(int)), tuple(strides.map(int))];
  return `ctorch._utils\n_rebuild_tensor_v2\n${tuple([storage, int(0), ...sizes, '\x89', ordered])}R`;
}

/** State dicts of the smallest networks of each family, and of one with PIP modules. */
export function networkCheckpoints() {
  const nafnet = {
    ...backbonePresets['nafnet-small'].config,
    width: 4,
    encoder: [1, 1],
    middle: 1,
    decoder: [1, 1],
  };
  const restormer = {
    ...backbonePresets['restormer-small'].config,
    dim: 4,
    blocks: [1, 1, 1, 1],
    refinement: 1,
    heads: [1, 1, 2, 2],
  };
  const shapes = (family, config) =>
    backboneParameters({ family, config }).map(({ name, dims }) => [name, dims]);
  const pip = pipShapes();
  return [
    torchZip(shapes('nafnet', nafnet)),
    torchZip(shapes('nafnet', nafnet), (state) => dict(`${text('params')}${state}`)),
    torchZip([...shapes('restormer', restormer), ...pip]),
  ];
}

/** PIP's parameters under the names of the authors' checkpoints. */
function pipShapes() {
  const sites = [1, 2, 3].map((level) => ({
    level,
    channels: 4 * 2 ** (level - 1),
    scale: 2 ** (level - 1),
  }));
  /** @type {import('@pip-graft/pip-core').InitOptions} */
  const choices = {
    mode: 'pip_cross_topm',
    attach: 'replace',
    promptChannels: [8],
    promptSize: [8],
  };
  const { config } = initAdapter({ family: 'restormer', sites }, choices);
  return pipParameters(config).map(({ name, dims }) => [
    name
      .replace(/^level(\d+)\.prompt\./, 'prompt$1.')
      .replace(/^level(\d+)\.interaction\./, 'low_prompt_interaction_level$1.'),
    dims,
  ]);
}
