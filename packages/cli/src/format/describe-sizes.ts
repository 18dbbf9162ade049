import type { Backbone } from '@pip-graft/backbones';

/** A network's sizes in a few words. */
export function describeSizes({ family, config }: Backbone): string {
  if (family === 'nafnet') {
    const { width, encoder, middle, decoder, local } = config;
    const window = local ? `, local for ${local.join('x')}` : '';
    return `width ${width}, blocks ${encoder.join(',')} / ${middle} / ${decoder.join(',')}${window}`;
  }
  if (family === 'unet') {
    const { widths, encoder, middle, decoder, light } = config;
    return `widths ${widths.join(',')}, blocks ${encoder.join(',')} / ${middle} / ${decoder.join(',')}${light ? ', light path' : ''}`;
  }
  const trunk = family === 'promptir' ? config.trunk : config;
  const { dim, blocks, refinement, heads, expansion, inChannels } = trunk;
  const variants = [
    ...(inChannels === 1 ? ['grey'] : []),
    ...(trunk.dualPixel ? ['dual pixel'] : []),
    ...(trunk.normBias ? [] : ['bias-free norms']),
    ...(trunk.bias ? ['convolutions with bias'] : []),
    ...(trunk.thinLatent ? ['thinned as PIP has it'] : []),
    ...(family === 'promptir' ? [`prompts of ${config.promptChannels.join(',')} channels`] : []),
  ];
  return [
    `dim ${dim}, blocks ${blocks.join(',')} + ${refinement}, heads ${heads.join(',')}, expansion ${expansion}`,
    ...variants,
  ].join(', ');
}
