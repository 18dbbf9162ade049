import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { root } from '../install.mjs';

export const bin = join(root, 'packages/cli/bin/graft.js');

const network = ['--dim', '8', '--blocks', '1,1', '--middle', '1', '--decoder', '1,1'];

/** Files of an adapter; the first makes the others count. */
const adapter = (folder) =>
  ['adapter_config.json', 'adapter_model.safetensors', 'README.md', 'package.json'].map(
    (name) => `${folder}/${name}`,
  );

/**
 * What is killed: the command, and the command that resumes, if it is different. `before` copies a
 * folder to where the command writes. `grows` names files that are written line by line, and states,
 * of which there are many; `together` names files that belong together: if the first is there, all
 * are old or all are new.
 *
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string[]} args
 * @property {string[]} [again]
 * @property {[from: string, to: string]} [before]
 * @property {string[]} [grows]
 * @property {string[]} [together]
 */

/** @type {Scenario[]} */
export const scenarios = [
  { name: 'apply', args: ['apply', 'host.onnx', '--adapter', './ad', '-o', 'out/g.onnx'] },
  {
    name: 'apply over another graft',
    args: ['apply', 'host.onnx', '--adapter', './ad', '-o', 'other.onnx'],
  },
  {
    name: 'apply with external data',
    args: [
      'apply',
      'outside/host.onnx',
      '--adapter',
      './ad',
      '--allow-unbound',
      '-o',
      'out/g.onnx',
    ],
    together: ['out/g.onnx', 'out/host.onnx.data'],
  },
  { name: 'remove', args: ['remove', 'g.onnx', '-o', 'out/host.onnx'] },
  {
    name: 'adapter init',
    args: ['adapter', 'init', 'host.onnx', '--labels', 'noise', '-o', 'new', '--force'],
    together: adapter('new'),
  },
  {
    name: 'adapter pack',
    args: [...pack('ad'), '-o', 'packed', '--force'],
    together: adapter('packed'),
  },
  {
    name: 'adapter pack in place',
    args: [...pack('ad16'), '--dtype', 'float32'],
    together: adapter('ad16'),
  },
  {
    name: 'train',
    args: train('learned'),
    again: [...train('learned'), '--resume'],
    grows: ['learned.log.csv', 'learned.state.safetensors'],
    together: adapter('learned'),
  },
  {
    name: 'train over an adapter',
    args: [...train('ad'), '--force'],
    again: [...train('ad'), '--force', '--resume'],
    grows: ['ad.log.csv', 'ad.state.safetensors'],
    together: adapter('ad'),
  },
  { name: 'convert', args: ['convert'], together: ['made/g.onnx', 'made/g.onnx.data'] },
  {
    name: 'convert over other outputs',
    args: ['convert'],
    before: ['converted', 'made'],
    together: ['made/g.onnx', 'made/g.onnx.data'],
  },
  {
    name: 'restore',
    args: ['restore', 'g.onnx', 'images', '-o', 'restored', '--degradation', 'noise'],
    grows: ['restored/.graft-restore.jsonl'],
  },
];

function pack(folder) {
  return ['adapter', 'pack', folder, '--name', '@me/ad', '--license', 'MIT'];
}

function train(output) {
  return [
    'train',
    '--host',
    'host.onnx',
    '--data',
    'images',
    '-o',
    output,
    '--seed',
    '3',
    '--adapter',
    'init:labels=noise',
    '--steps',
    '4',
    '--save-every',
    '1',
    '--batch',
    '1',
    '--patch',
    '32',
    '--threads',
    '1',
    '--workers',
    '1',
  ];
}

/** Makes the folder that all scenarios start with. */
export async function makeFixtures(folder) {
  const graft = (...args) => {
    const { status, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: folder });
    if (status !== 0) throw new Error(`graft ${args.join(' ')}: ${stderr}`);
  };
  mkdirSync(join(folder, 'images'));
  for (let index = 0; index < 3; index++) await writeImage(join(folder, `images/${index}.png`));
  graft('backbone', 'build', 'nafnet', ...network, '--seed', '1', '-o', 'host.onnx');
  graft('adapter', 'init', 'host.onnx', '-o', 'ad', '--labels', 'noise+rain', '--seed', '1');
  graft('adapter', 'init', 'host.onnx', '-o', 'other', '--labels', 'haze', '--seed', '2');
  graft('adapter', 'pack', 'ad', '-o', 'ad16', '--dtype', 'bfloat16', '--license', 'MIT');
  graft('apply', 'host.onnx', '--adapter', './ad', '-o', 'g.onnx');
  graft('apply', 'host.onnx', '--adapter', './other', '-o', 'other.onnx');
  const host = { name: 'host', source: { onnx: 'host.onnx' }, external: 'file' };
  writeConfig(folder, [{ ...host, output: 'outside/host.onnx' }]);
  graft('convert', '--no-cache');
  // The results of an earlier version of the config, where the outputs go.
  writeConfig(folder, jobs('./other', 'haze'));
  graft('convert', '--no-cache');
  renameSync(join(folder, 'made'), join(folder, 'converted'));
  rmSync(join(folder, 'graft.lock.json'));
  writeConfig(folder, jobs('./ad', 'rain'));
}

function jobs(name, label) {
  const source = { onnx: 'host.onnx' };
  return [
    { name: 'g', source, adapters: [name], external: 'file', output: 'made/g.onnx' },
    { name: 'baked', source, adapters: [name], bake: label, output: 'made/baked.onnx' },
  ];
}

function writeConfig(folder, list) {
  writeFileSync(join(folder, 'graft.config.json'), JSON.stringify({ jobs: list }));
}

async function writeImage(path, side = 48) {
  const seed = path.length + path.codePointAt(path.length - 5);
  const pixels = Buffer.alloc(side * side * 3).map((_, at) => (at * seed) % 251);
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).toFile(path);
}
