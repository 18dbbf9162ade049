import {
  configProblems,
  defaultConfig,
  labelWeights,
  type PipConfig,
  validateConfig,
} from '@pip-graft/pip-core';
import { describe, expect, it } from 'vitest';

const site = (level: number, channels: number) => ({ level, channels, scale: 2 ** (level - 1) });
const restormer = [site(1, 48), site(2, 96), site(3, 192)];

describe('defaultConfig', () => {
  it('gives Restormer and PromptIR the paper’s sizes', () => {
    for (const family of ['restormer', 'promptir']) {
      const config = defaultConfig(family, restormer);
      expect(config.mode).toBe('pip_cross_topm');
      expect(config.levels.map((l) => [l.channels, l.promptChannels, l.promptSize])).toEqual([
        [48, 64, 64],
        [96, 128, 32],
        [192, 256, 16],
      ]);
    }
  });

  it('scales the sizes to other widths, in multiples of 8', () => {
    const sizes = defaultConfig('restormer', [site(1, 16), site(2, 32)]).levels;
    expect(sizes.map((l) => l.promptChannels)).toEqual([24, 40]);
  });

  it('gives NAFNet narrow prompts and a convolutional gate', () => {
    const config = defaultConfig(
      'nafnet',
      [32, 64, 128, 256].map((width, i) => site(i + 1, width)),
    );
    expect(config.mode).toBe('convgate');
    expect(config.levels.map((l) => [l.promptChannels, l.promptSize])).toEqual([
      [8, 32],
      [16, 16],
      [32, 8],
      [64, 8],
    ]);
  });

  it('gives U-Nets the same mode, with prompts a third as wide as their levels', () => {
    const sites = [
      { level: 2, channels: 48, scale: 2 },
      { level: 3, channels: 96, scale: 4 },
    ];
    const config = defaultConfig('unet', sites);
    expect(config.mode).toBe('convgate');
    expect(config.levels.map((l) => [l.level, l.promptChannels, l.promptSize])).toEqual([
      [2, 16, 16],
      [3, 32, 8],
    ]);
  });

  it('attaches as residual, which starts as the identity', () => {
    expect(defaultConfig('unknown', [site(1, 8)]).attach).toBe('residual');
  });

  it('takes choices for all levels or for each, in any order of the sites', () => {
    const choices = { labels: ['rain'], promptChannels: [16], promptSize: [10, 12, 14] };
    const { levels, labels } = defaultConfig('restormer', [...restormer].reverse(), choices);
    expect(labels).toEqual(['rain']);
    expect(levels.map((l) => [l.level, l.promptChannels, l.promptSize])).toEqual([
      [1, 16, 10],
      [2, 16, 12],
      [3, 16, 14],
    ]);
  });

  it('says how many choices were given for how many levels', () => {
    expect(() => defaultConfig('restormer', restormer, { promptSize: [8, 4] })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('2 numbers for 3 levels'),
      }),
    );
  });
});

describe('configProblems', () => {
  const sound = defaultConfig('restormer', restormer);
  const level = sound.levels[0]!;
  const broken: [string, PipConfig, RegExp][] = [
    ['mode', { ...sound, mode: 'other' as never }, /mode 'other' is not one of pip_cross/],
    ['attach', { ...sound, attach: 'glue' as never }, /attach 'glue'/],
    ['dtype', { ...sound, dtype: 'int8' as never }, /dtype 'int8'/],
    ['expansion', { ...sound, expansion: 0 }, /expansion 0/],
    ['no labels', { ...sound, labels: [] }, /no labels/],
    ['a label twice', { ...sound, labels: ['a', 'a'] }, /'a' is there twice/],
    [
      'a label with a sign',
      { ...sound, labels: ['a=b'] },
      /'a=b' must begin with a letter or digit; then letters, digits/,
    ],
    ['no levels', { ...sound, levels: [] }, /no levels/],
    ['a level twice', { ...sound, levels: [level, level] }, /ascending/],
    [
      'half a channel',
      { ...sound, levels: [{ ...level, channels: 1.5 }] },
      /channels 1.5 is not a whole/,
    ],
    ['a huge prompt', { ...sound, levels: [{ ...level, promptSize: 1e6 }] }, /prompt size 1000000/],
    [
      'heads of P2P',
      { ...sound, levels: [{ ...level, p2pHeads: 3 }] },
      /3 prompt-to-prompt heads do not divide 64/,
    ],
    [
      'heads of P2F',
      { ...sound, levels: [{ ...level, p2fHeads: 5 }] },
      /5 prompt-to-feature heads do not divide 64/,
    ],
    [
      'one channel a head',
      { ...sound, levels: [{ ...level, p2fHeads: 64 }] },
      /at least 2 channels a head/,
    ],
    [
      'heads of promptir',
      { ...sound, mode: 'promptir', levels: [{ ...level, channels: 49 }] },
      /do not divide 49 \+ 64/,
    ],
  ];

  it('finds nothing wrong with a valid config', () => {
    expect(configProblems(sound)).toEqual([]);
    expect(validateConfig(sound)).toBe(sound);
  });

  it.each(broken)('%s', (_, config, message) => {
    expect(configProblems(config).join('; ')).toMatch(message);
    expect(() => validateConfig(config)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});

describe('labelWeights', () => {
  const labels = ['noise', 'rain'];

  it('puts named weights in the order of the labels', () => {
    expect(labelWeights({ rain: 0.5 }, labels)).toEqual([0, 0.5]);
    expect(labelWeights([2, 0], labels)).toEqual([2, 0]);
    expect(labelWeights({ rain: 0 }, labels)).toEqual([0, 0]);
  });

  it.each([
    [{ snow: 1 }, 'UNKNOWN_LABEL', /'snow' is not one of this adapter's \(noise, rain\)\.$/],
    [{ rain: -1 }, 'INVALID_WEIGHTS', /not negative/],
    [{ rain: Number.NaN }, 'INVALID_WEIGHTS', /finite/],
    [[3e38, 3e38], 'INVALID_WEIGHTS', /their sum is too large/],
    [[1], 'INVALID_WEIGHTS', /1 degradation weights were given for 2 labels/],
    [{ rain: '1' }, 'INVALID_WEIGHTS', /must be numbers/],
    ['rain', 'INVALID_WEIGHTS', /not as a string\.$/],
    [new Map([['rain', 1]]), 'INVALID_WEIGHTS', /not as another object\.$/],
    [Promise.resolve({ rain: 1 }), 'INVALID_WEIGHTS', /not as a promise; await it\.$/],
  ] as const)('rejects %j', (weights, code, message) => {
    expect(() => labelWeights(weights as never, labels)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
