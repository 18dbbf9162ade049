import type { Backbone } from '@pip-graft/backbones';
import type { Checkpoint } from '@pip-graft/weights/node';

/** What was done to get at a checkpoint's tensors, as lines for people: nothing when they lie open. */
export function describeCheckpoint({ container, prefix, ignored, extra }: Checkpoint): string[] {
  const lines: string[] = [];
  if (container.length > 0) lines.push(`tensors taken from '${container.join('.')}'`);
  if (prefix !== '') lines.push(`'${prefix}' taken off every name`);
  if (ignored.length > 0) lines.push(`left alone: ${ignored.join(', ')}`);
  const facts = Object.entries(extra).filter(([, value]) => value !== null);
  if (facts.length > 0) {
    lines.push(`beside them: ${facts.map(([key, value]) => `${key} = ${value}`).join(', ')}`);
  }
  return lines;
}

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
