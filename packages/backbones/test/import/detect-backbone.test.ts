import { readdirSync, readFileSync } from 'node:fs';
import {
  type Backbone,
  backboneParameters,
  backbonePresets,
  detectBackbone,
  nafnetDefaults,
} from '@pip-graft/backbones';
import { readSafetensors, type TensorMap } from '@pip-graft/weights';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { promptirDefaults } from '../../src/networks/build-promptir.ts';
import { restormerDefaults } from '../../src/networks/restormer-trunk.ts';
import { unetDefaults } from '../../src/networks/unet-config.ts';

const goldens = new URL('../goldens/', import.meta.url);

/** Names and shapes as in a state dict; reading numbers throws. */
function stateDict(
  backbone: Backbone,
): Map<string, { dims: readonly number[]; data: Float32Array }> {
  return new Map(
    backboneParameters(backbone).map(({ name, dims }) => [
      name,
      {
        dims,
        get data(): Float32Array {
          throw new Error(`${name} was read`);
        },
      },
    ]),
  );
}

describe('detectBackbone', () => {
  it.each(Object.keys(backbonePresets))('recognises %s from names and shapes', (name) => {
    const backbone = backbonePresets[name as keyof typeof backbonePresets];
    expect(detectBackbone(stateDict(backbone)).backbone).toEqual(backbone);
  });

  it.each(readdirSync(goldens))('recognises %s as in PyTorch', (file) => {
    const { tensors, metadata } = readSafetensors(readFileSync(new URL(file, goldens)), file);
    const own = [...tensors].filter(([name]) => name.startsWith('param.'));
    const { backbone, pip } = detectBackbone(
      new Map(own.map(([name, tensor]) => [name.slice('param.'.length), tensor])),
    );
    // Not visible in weights: the golden's image size, and whether means are local.
    const {
      family,
      batch: _,
      H: _h,
      W: _w,
      local: _l,
      ...config
    } = JSON.parse(metadata['config']!);
    expect(backbone).toMatchObject({ family, config });
    expect(pip).toEqual([]);
  });

  const even = fc.integer({ min: 1, max: 6 }).map((half) => 8 * half);
  const few = fc.integer({ min: 1, max: 3 });

  it('recognises any Restormer', () => {
    const config = fc.record({
      inChannels: fc.constantFrom(1, 3),
      dim: even,
      blocks: fc.tuple(few, few, few, few),
      refinement: fc.integer({ min: 0, max: 3 }),
      heads: fc.tuple(...[1, 2, 4, 8].map((h) => fc.constantFrom(1, h, 8))),
      expansion: fc.constantFrom(1, 2, 2.5, 2.66, 4),
      bias: fc.boolean(),
      normBias: fc.boolean(),
      thinLatent: fc.boolean(),
    });
    fc.assert(
      fc.property(config, (some) => {
        const [a, b, c, d] = some.heads;
        const backbone: Backbone = {
          family: 'restormer',
          config: {
            ...restormerDefaults,
            ...some,
            heads: [a!, b!, c!, d!],
            outChannels: some.inChannels,
          },
        };
        expect(detectBackbone(stateDict(backbone)).backbone).toEqual(backbone);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('recognises any NAFNet', () => {
    const levels = fc.integer({ min: 1, max: 4 });
    const config = levels.chain((count) =>
      fc.record({
        width: fc.integer({ min: 1, max: 40 }),
        encoder: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: count, maxLength: count }),
        middle: fc.integer({ min: 0, max: 12 }),
        decoder: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: count, maxLength: count }),
      }),
    );
    fc.assert(
      fc.property(config, (some) => {
        const backbone: Backbone = { family: 'nafnet', config: { ...nafnetDefaults, ...some } };
        expect(detectBackbone(stateDict(backbone)).backbone).toEqual(backbone);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('recognises any U-Net', () => {
    const count = fc.integer({ min: 0, max: 5 });
    const config = fc.integer({ min: 1, max: 4 }).chain((levels) =>
      fc.record({
        imageChannels: fc.constantFrom(1, 3),
        widths: fc.array(fc.integer({ min: 1, max: 40 }), {
          minLength: levels + 1,
          maxLength: levels + 1,
        }),
        encoder: fc.array(count, { minLength: levels, maxLength: levels }),
        middle: count,
        decoder: fc.array(count, { minLength: levels, maxLength: levels }),
        light: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(config, (config) => {
        const backbone: Backbone = { family: 'unet', config };
        expect(detectBackbone(stateDict(backbone)).backbone).toEqual(backbone);
      }),
      { seed: 3, numRuns: 60 },
    );
  });
});

describe('state dicts that do not fit', () => {
  const changed = (
    backbone: Backbone,
    change: (dict: Map<string, { dims: readonly number[]; data: Float32Array }>) => void,
  ): TensorMap => {
    const dict = stateDict(backbone);
    change(dict);
    return dict;
  };
  interface Shape {
    readonly dims: readonly number[];
    readonly data: Float32Array;
  }
  const tensor = (...dims: number[]): Shape => ({ dims, data: new Float32Array(0) });
  const restormer: Backbone = {
    family: 'restormer',
    config: { ...restormerDefaults, blocks: [1, 1, 1, 1], dim: 8 },
  };

  it.each([
    [
      'a missing tensor',
      'CORRUPT_FILE',
      /missing: latent\.0\.attn\.temperature|latent/,
      (d) => d.delete('latent.0.attn.qkv.weight'),
    ],
    [
      'one too many',
      'CORRUPT_FILE',
      /not of this network: latent\.0\.extra\.weight/,
      (d) => d.set('latent.0.extra.weight', tensor(1)),
    ],
    [
      'a module beside the known ones',
      'UNSUPPORTED_HOST',
      /tensors beside it that are not of this network: extra\.weight; .*--prefix '' \(an empty one\)\.$/,
      (d) => d.set('extra.weight', tensor(1)),
    ],
    [
      'another shape',
      'CORRUPT_FILE',
      /of another shape: down1_2\.body\.0\.weight/,
      (d) => d.set('down1_2.body.0.weight', tensor(8, 8, 3, 3)),
    ],
    [
      'a gap between blocks',
      'CORRUPT_FILE',
      /'latent\.1' is missing/,
      (d) => d.set('latent.999999999.norm1.body.weight', tensor(64)),
    ],
    [
      'a first convolution without a shape',
      'CORRUPT_FILE',
      /'patch_embed\.proj\.weight' has shape \[\]/,
      (d) => d.set('patch_embed.proj.weight', tensor()),
    ],
    [
      'a decoder of other length',
      'UNSUPPORTED_HOST',
      /decoder levels have 2, 1, 1/,
      (d) => d.set('decoder_level1.1.norm1.body.weight', tensor(16)),
    ],
  ] as [string, string, RegExp, (dict: Map<string, Shape>) => void][])(
    'names %s',
    (_what, code, message, change) => {
      expect(() => detectBackbone(changed(restormer, change), { label: 'x.pth' })).toThrow(
        expect.objectContaining({ code, message: expect.stringMatching(message) }),
      );
    },
  );

  it.each([
    ['channels without end', (d) => d.set('patch_embed.proj.weight', tensor(2 ** 33, 3, 0, 3))],
    ['no channels', (d) => d.set('patch_embed.proj.weight', tensor(0, 3, 3, 3))],
    ['an odd width', (d) => d.set('patch_embed.proj.weight', tensor(7, 3, 3, 3))],
    [
      'blocks that are only names',
      (d) => {
        for (let i = 1; i < 20_000; i++) d.set(`latent.${i}.x`, tensor(1));
      },
    ],
    ['the last convolution missing', (d) => d.delete('output.weight')],
  ] as [string, (dict: Map<string, Shape>) => void][])('%s: rejected at once', (_what, change) => {
    const start = process.cpuUsage();
    expect(() => detectBackbone(changed(restormer, change), { label: 'x.pth' })).toThrow(
      expect.objectContaining({ code: 'CORRUPT_FILE', message: expect.stringContaining('x.pth') }),
    );
    expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
  });

  it('thousands of NAFNet levels: rejected at once', () => {
    const nafnet: Backbone = { family: 'nafnet', config: nafnetDefaults };
    const dict = changed(nafnet, (d) => {
      for (let i = 4; i < 5000; i++) d.set(`downs.${i}.weight`, tensor(1));
    });
    expect(() => detectBackbone(dict)).toThrow(/it has 5000 levels/);
  });

  it.each([
    [
      'thousands of levels',
      /it has 5000 levels/,
      (d) => {
        for (let i = 2; i < 5000; i++) d.set(`downs.${i}.weight`, tensor(1));
      },
    ],
    ['a missing bias', /missing: middle\.1\.conv2\.bias/, (d) => d.delete('middle.1.conv2.bias')],
    ['half of a light path', /missing: light\.1\.bias/, (d) => d.delete('light.1.bias')],
    [
      'an image of no block of pixels',
      /'intro\.weight'|whole numbers/,
      (d) => d.set('intro.weight', tensor(48, 3, 3, 3)),
    ],
    ['a level without its width', /'downs\.1\.weight'/, (d) => d.set('downs.1.weight', tensor(7))],
  ] as [string, RegExp, (dict: Map<string, Shape>) => void][])(
    'of a U-Net: %s',
    (_what, message, change) => {
      const unet: Backbone = { family: 'unet', config: unetDefaults };
      expect(() => detectBackbone(changed(unet, change), { label: 'x.pth' })).toThrow(
        expect.objectContaining({ code: 'CORRUPT_FILE', message: expect.stringMatching(message) }),
      );
    },
  );

  it('rejects another network and names its tensors', () => {
    const dict = new Map([['conv1.weight', tensor(64, 3, 7, 7)]]);
    expect(() => detectBackbone(dict, { label: 'resnet.pth' })).toThrow(
      /resnet\.pth.*conv1\.weight/,
    );
  });

  it('unused tensors may have any shape or be missing', () => {
    const backbone: Backbone = { family: 'promptir', config: promptirDefaults };
    const dict = changed(backbone, (d) => {
      d.set('chnl_reduce1.weight', tensor(7, 7));
      d.delete('reduce_noise_channel_2.weight');
    });
    const { unused, weights } = detectBackbone(dict);
    expect(unused).toContain('chnl_reduce1.weight');
    expect(weights.has('chnl_reduce1.weight')).toBe(false);
  });
});
