import {
  type Backbone,
  backboneParameters,
  detectBackbone,
  withNamedAverages,
} from '@pip-graft/backbones';
import { elementCount, type FloatTensor } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';
import { nafnetDefaults } from '../../src/networks/nafnet-config.ts';
import { restormerDefaults } from '../../src/networks/restormer-trunk.ts';

const nafnet: Backbone = {
  family: 'nafnet',
  config: { ...nafnetDefaults, width: 4, encoder: [1], middle: 1, decoder: [1] },
};
const names = backboneParameters(nafnet).map(({ name }) => name);

/** The network's tensors under other paths, all filled with one number. */
function state(rename: (name: string, index: number) => string, value: number) {
  return backboneParameters(nafnet).map(({ name, dims }, index): [string, FloatTensor] => [
    rename(name, index),
    { dims, data: new Float32Array(elementCount(dims)).fill(value) },
  ]);
}

const file = (...parts: [string, FloatTensor][][]) => new Map(parts.flat());
const scalar: FloatTensor = { dims: [], data: Float32Array.of(3) };
const plain = state((name) => `model.${name}`, 1);
const list = (path: string) => state((_name, index) => `${path}.${index}`, 2);

/** Checks that every tensor of the network is the average's. */
function expectAverage(tensors: ReadonlyMap<string, FloatTensor>, prefix: string, other: string) {
  const found = detectBackbone(tensors, { label: 'x.pth' });
  expect(found).toMatchObject({ backbone: nafnet, prefix, average: true, leftAverages: [] });
  expect(found.others).toEqual([other]);
  expect([...found.weights.keys()].sort()).toEqual([...names].sort());
  for (const { data } of found.weights.values()) expect(new Set(data)).toEqual(new Set([2]));
}

describe('an average without names', () => {
  it.each([
    'ema.shadow_params',
    'averaged',
    'callbacks.EMACallback.ema_weights',
    'optimizer_states.0.ema',
    'optimizer.ema',
    'optim.ema_params',
  ])('%s, a list in the order of the parameters', (path) => {
    expectAverage(file(plain, list(path)), path, 'model');
  });

  it('beside a network at the top level', () => {
    const tensors = file(state(String, 1), list('shadow_params'));
    expectAverage(tensors, 'shadow_params', '');
    const found = detectBackbone(tensors, { prefix: '' });
    expect(found.weights.get('intro.bias')?.data).toEqual(new Float32Array(4).fill(1));
  });

  it.each([
    ['without dots', (name: string) => `model_ema.${name.replaceAll('.', '')}`],
    ['with underscores', (name: string) => `model_ema.${name.replaceAll('.', '_')}`],
    ['without dots, of the whole', (name: string) => `model_ema.model${name.replaceAll('.', '')}`],
  ])('names %s', (_how, rename) => {
    const counters: [string, FloatTensor][] = [['model_ema.decay', scalar]];
    expectAverage(file(plain, counters, state(rename, 2)), 'model_ema', 'model');
  });

  it.each([
    ['ema_model_', '_', 'ema_model'],
    ['ema_', '_', 'ema'],
    ['model_ema_', '_', 'model_ema'],
    ['ema_', '', 'ema'],
  ])('names flattened after %s beside the network', (start, dot, word) => {
    const flat = (name: string) => `${start}${name.replaceAll('.', dot)}`;
    expectAverage(file(state(String, 1), state(flat, 2)), word, '');
    const inside = state((name) => `state_dict.${flat(name)}`, 2);
    const net = state((name) => `state_dict.net.${name}`, 1);
    expectAverage(file(net, inside), `state_dict.${word}`, 'state_dict.net');
  });

  it('flattened names of which one is missing or misshaped are named in a warning', () => {
    const flat = state((name) => `ema_${name.replaceAll('.', '_')}`, 2);
    const left = [{ prefix: 'ema_*', problem: 'without names that fit the network' }];
    const half = detectBackbone(file(state(String, 1), flat.slice(1)));
    expect(half).toMatchObject({ prefix: '', average: false, leftAverages: left });
    const ends = state((name) => `${name.replaceAll('.', '_')}_ema`, 2);
    expect(detectBackbone(file(state(String, 1), ends)).leftAverages).toEqual([
      { prefix: '*_ema', problem: 'without names that fit the network' },
    ]);
  });

  it('stays out if a shape differs, and is named in a warning', () => {
    const other = list('ema.shadow_params');
    other[0]![1] = { dims: [4], data: new Float32Array(4) };
    const found = detectBackbone(file(plain, other));
    expect(found).toMatchObject({ prefix: 'model', average: false });
    expect(found.weights.get('intro.bias')?.data).toEqual(new Float32Array(4).fill(1));
    expect(found.leftAverages).toEqual([
      { prefix: 'ema.shadow_params', problem: 'without names that fit the network' },
    ]);
    expect(detectBackbone(file(plain, other), { prefix: 'model' }).leftAverages).toEqual([]);
  });

  it('an incomplete average is named in a warning', () => {
    const half = state((name) => `params_ema.${name}`, 2).slice(0, 10);
    expect(detectBackbone(file(plain, half)).leftAverages).toEqual([
      {
        prefix: 'params_ema',
        problem: `without ${names.length - 10} of the network's ${names.length} tensors`,
      },
    ]);
  });

  it.each([
    ['the plain weights that an average keeps', list('ema.collected_params')],
    ["an optimiser's averages", list('optimizer.exp_avg')],
    ["an optimiser's slow averages", list('optimizer.exp_avg_slow')],
    ['an average of gradients', list('optimizer.grad_ema')],
    [
      'the average of another network',
      [['d_ema.conv.weight', { dims: [7, 7, 3, 3], data: new Float32Array(441) }]],
    ],
    ['a counter', [['ema.updates', scalar]]],
  ] as [string, [string, FloatTensor][]][])('%s is none', (_what, beside) => {
    const found = detectBackbone(file(plain, beside));
    expect(found).toMatchObject({ prefix: 'model', average: false, leftAverages: [] });
  });

  it('names the modules of PIP as well, for the adapter', () => {
    const restormer: Backbone = {
      family: 'restormer',
      config: { ...restormerDefaults, dim: 8, blocks: [1, 1, 1, 1], refinement: 1 },
    };
    const shapes = backboneParameters(restormer).map(({ name, dims }) => ({ name, dims }));
    shapes.splice(9, 0, { name: 'prompt1.low_prompt_param', dims: [1, 2] });
    const tensors = new Map<string, FloatTensor>();
    for (const { name, dims } of shapes) tensors.set(`net.${name}`, { dims, data: scalar.data });
    for (const [index, { dims }] of shapes.entries())
      tensors.set(`ema.shadow_params.${index}`, { dims, data: Float32Array.of(index) });
    const named = withNamedAverages(tensors);
    expect(named.get('ema.shadow_params.prompt1.low_prompt_param')?.data[0]).toBe(9);
    expect(named.size).toBe(tensors.size);
    expect(detectBackbone(tensors)).toMatchObject({
      prefix: 'ema.shadow_params',
      average: true,
      pip: ['prompt1.low_prompt_param'],
    });
  });

  it('has names of its own with the state of an optimiser', () => {
    const named = state((name) => `optimizer.ema.${name}`, 2);
    expectAverage(file(plain, named), 'optimizer.ema', 'model');
  });

  it('gives way to an average with names', () => {
    const named = state((name) => `net_ema.${name}`, 2);
    expectAverage(file(plain, named, list('ema.shadow_params')), 'net_ema', 'model');
  });

  it('without a network is refused with what to do', () => {
    expect(() => detectBackbone(file(list('shadow_params')), { label: 'x.pth' })).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_HOST',
        message: expect.stringMatching(
          /x\.pth: 'shadow_params' is a list of tensors without names.*state_dict\(\)/,
        ),
      }),
    );
  });
});
