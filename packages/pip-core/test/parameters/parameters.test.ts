import {
  defaultConfig,
  initialParameters,
  type PipConfig,
  pipModes,
  pipParameters,
  tensorProblems,
} from '@pip-graft/pip-core';
import { elementCount } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';
import { readGolden } from '../golden.ts';

const sites = [48, 96, 192].map((channels, i) => ({ level: i + 1, channels, scale: 2 ** i }));
const tiny = defaultConfig('restormer', [{ level: 2, channels: 8, scale: 1 }], { promptSize: [3] });

const count = (config: PipConfig, part: string) =>
  pipParameters(config)
    .filter(({ name }) => name.includes(part))
    .reduce((sum, { dims }) => sum + elementCount(dims), 0);

describe('pipParameters', () => {
  it('has the paper’s 3.125 million at the authors’ settings', () => {
    const config = defaultConfig('restormer', sites, {
      attach: 'replace',
      labels: ['a', 'b', 'c', 'd', 'e'],
    });
    const millions = (part: string) => Math.round(count(config, part) / 1000) / 1000;
    expect(millions('_prompt_param')).toBe(0.461);
    expect(millions('.LGM.')).toBe(1.066);
    expect(millions('outconv')).toBe(0.774);
    expect(millions('.interaction.')).toBe(0.824);
    expect(millions('')).toBe(3.125);
  });

  it.each([
    'cross-equal',
    'topm-less-residual',
    'topm-more',
    'convgate-less',
    'promptir-gate-more',
    'promptir-less',
  ])('matches the independent implementation: %s', (name) => {
    const { config, tensors } = readGolden(`pip-${name}`);
    expect(tensorProblems(tensors, config)).toEqual([]);
  });
});

describe('initialParameters', () => {
  it.each(pipModes)('fits its own config in mode %s', (mode) => {
    const config = { ...tiny, mode };
    expect(tensorProblems(initialParameters(config, 0), config)).toEqual([]);
  });

  it('depends on the seed, and each tensor only on seed and name', () => {
    const one = initialParameters(tiny, 1);
    expect(initialParameters(tiny, 1)).toEqual(one);
    const name = 'level2.prompt.low_prompt_param';
    expect(initialParameters(tiny, 2).get(name)).not.toEqual(one.get(name));
    const other = initialParameters(
      { ...tiny, mode: 'promptir', attach: 'replace', gate: undefined },
      1,
    );
    expect(other.get(name)).toEqual(one.get(name));
  });

  it('initialises the basic prompt with the config’s deviation, and others as before', () => {
    const deviation = (config: PipConfig, name: string) => {
      const { data } = initialParameters(config, 1).get(`level2.prompt.${name}`)!;
      return Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0) / data.length);
    };
    const wide = { ...tiny, levels: [{ ...tiny.levels[0]!, promptSize: 32 }] };
    expect(wide.promptStd).toBe(0.02);
    expect(deviation(wide, 'low_prompt_param') / 0.02).toBeCloseTo(1, 1);
    expect(deviation({ ...wide, promptStd: 0 }, 'low_prompt_param')).toBe(0);
    expect(deviation({ ...wide, promptStd: undefined }, 'low_prompt_param')).toBeCloseTo(1, 1);
    expect(deviation(wide, 'detask_prompt_param')).toBeGreaterThan(0.5);
  });

  it('has a gate per label, or one for all', () => {
    const gate = (config: PipConfig) => initialParameters(config, 0).get('level2.gate')?.dims;
    expect(gate(tiny)).toEqual([5, 8]);
    expect(gate({ ...tiny, gate: 'channel' })).toEqual([8]);
    expect(gate({ ...tiny, gate: undefined })).toEqual([8]);
    expect(gate({ ...tiny, attach: 'replace', gate: undefined })).toBeUndefined();
  });

  it('starts gates at 0, top-m scalars at 0.2, temperatures and norms at 1', () => {
    const tensors = initialParameters(tiny, 0);
    const values = (name: string) => new Set(tensors.get(`level2.${name}`)?.data);
    const block = 'interaction.prompt_transformer_cross';
    expect(values('gate')).toEqual(new Set([0]));
    expect(values(`${block}.attn.attn4`)).toEqual(new Set([Math.fround(0.2)]));
    expect(values(`${block}.attn.temperature`)).toEqual(new Set([1]));
    expect(values(`${block}.norm2.body.weight`)).toEqual(new Set([1]));
    expect(values(`${block}.norm2.body.bias`)).toEqual(new Set([0]));
  });
});

describe('tensorProblems', () => {
  it('names missing, extra, misshapen and non-finite tensors', () => {
    const tensors = new Map(initialParameters(tiny, 0));
    tensors.delete('level2.prompt.outconv.weight');
    tensors.set('level9.gate', { dims: [1], data: new Float32Array(1) });
    tensors.set('level2.gate', { dims: [2], data: new Float32Array(2) });
    const basic = tensors.get('level2.prompt.low_prompt_param')!;
    tensors.set('level2.prompt.low_prompt_param', {
      ...basic,
      data: basic.data.with(3, Number.NaN),
    });
    expect(tensorProblems(tensors, tiny)).toEqual([
      "tensor 'level2.prompt.outconv.weight' is missing",
      "tensor 'level2.gate' has shape [2] instead of [5, 8]",
      "tensor 'level9.gate' belongs to no part of this config",
      "tensor 'level2.prompt.low_prompt_param' holds NaN or infinite numbers",
    ]);
  });
});
