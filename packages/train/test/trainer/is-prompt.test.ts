import { backbonePresets, buildBackbone } from '@pip-graft/backbones';
import { freshAdapter, hostOf } from '@pip-graft/graft';
import { expect, it } from 'vitest';
import { isPrompt } from '../../src/trainer/train-adapter.ts';

it('finds the prompts and gates of an adapter and none of its convolutions', () => {
  const { config } = backbonePresets['nafnet-small'];
  const small = { ...config, width: 8, encoder: [1], decoder: [1] };
  const host = hostOf(buildBackbone({ family: 'nafnet', config: small }, 3));
  const of = (mode: 'convgate' | 'promptir_gate') =>
    [...freshAdapter(host, { labels: ['noise', 'rain'], mode, attach: 'residual' }).tensors.keys()]
      .filter(isPrompt)
      .sort();
  const all = ['gate', 'prompt.detask_prompt_param', 'prompt.low_prompt_param'];
  expect(of('convgate')).toEqual(all.map((name) => `level1.${name}`));
  expect(of('promptir_gate')).toEqual(of('convgate'));
  expect(isPrompt('decoder.gate')).toBe(false);
});
