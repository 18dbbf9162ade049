import { GraftError } from '@pip-graft/onnx-graft';
import type { PromptirConfig } from '../networks/build-promptir.ts';
import type { RestormerConfig } from '../networks/restormer-trunk.ts';
import type { Shapes } from './shapes.ts';

const stages = ['encoder_level1', 'encoder_level2', 'encoder_level3', 'latent'] as const;
const promptParameter = (level: number) => `prompt${level}.prompt_param`;

/** Expansions are written with at most this many decimals; published networks use 2.66. */
const mostDecimals = 4;
const usualExpansion = 2.66;

export function isRestormer(shapes: Shapes): boolean {
  // Vision transformers have a `patch_embed.proj` too.
  return (
    ['patch_embed.proj.weight', 'down1_2.body.0.weight'].some((name) => shapes.has(name)) &&
    shapes.matching(/^(encoder_level1|latent|decoder_level1)\./).length > 0
  );
}

export function isPromptir(shapes: Shapes): boolean {
  return isRestormer(shapes) && shapes.matching(/^prompt\d+\.prompt_param$/).length > 0;
}

/** Detects PIP modules at any level: a checkpoint may have lost one, which the error then names. */
export function isPip(shapes: Shapes): boolean {
  return (
    isRestormer(shapes) &&
    shapes.matching(/^(prompt\d+\.(detask|low)_prompt_param|low_prompt_interaction_level)/).length >
      0
  );
}

/** Sizes of a Restormer, thinned or not, or of PromptIR's trunk. */
export function detectRestormer(shapes: Shapes): RestormerConfig {
  const dim = shapes.channels('patch_embed.proj.weight', 0);
  const [blocks1, blocks2, blocks3, blocks4] = stages.map((stage) => shapes.blocks(stage));
  const decoder = [1, 2, 3].map((level) => shapes.blocks(`decoder_level${level}`));
  if (decoder.join() !== [blocks1, blocks2, blocks3].join()) {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${shapes.label}: its decoder levels have ${decoder.join(', ')} blocks and its encoder levels ${[blocks1, blocks2, blocks3].join(', ')}; a Restormer has as many.`,
    );
  }
  const [heads1, heads2, heads3, heads4] = stages.map((stage) => headsOf(shapes, stage));
  return {
    inChannels: shapes.channels('patch_embed.proj.weight', 1),
    outChannels: shapes.channels('output.weight', 0),
    dim,
    blocks: [blocks1!, blocks2!, blocks3!, blocks4!],
    refinement: shapes.blocks('refinement'),
    heads: [heads1!, heads2!, heads3!, heads4!],
    expansion: expansionOf(shapes),
    bias:
      shapes.matching(/^(?!prompt|low_prompt).*attn\.qkv\.bias$/).length > 0 ||
      shapes.has('patch_embed.proj.bias'),
    normBias:
      shapes.matching(/norm1\.body\.weight$/).length === 0 ||
      shapes.matching(/^(?!prompt|low_prompt).*norm1\.body\.bias$/).length > 0,
    // Decided by shape: PromptIR has the same names.
    thinLatent: !isPromptir(shapes) && shapes.size('up4_3.body.0.weight', 4, 1) === 4 * dim,
    dualPixel: shapes.has('skip_conv.weight'),
  };
}

/** Sizes of a PromptIR whose decoder has prompts. */
export function detectPromptir(shapes: Shapes): PromptirConfig {
  const at = (level: number, axis: number) => shapes.size(promptParameter(level), 5, axis);
  return {
    trunk: detectRestormer(shapes),
    prompts: at(1, 1),
    promptChannels: [at(1, 2), at(2, 2), at(3, 2)],
    promptSizes: [at(1, 3), at(2, 3), at(3, 3)],
  };
}

/** A level without blocks shows no heads; one always fits. */
function headsOf(shapes: Shapes, stage: string): number {
  return shapes.count(stage) === 0 ? 1 : shapes.size(`${stage}.0.attn.temperature`, 3, 0);
}

/** The expansion with the fewest decimals that gives every hidden width, 2.66 first. */
function expansionOf(shapes: Shapes): number {
  const pairs = shapes
    .matching(
      /^(encoder_level|latent|decoder_level|refinement|noise_level).*ffn\.project_out\.weight$/,
    )
    .map((name) => [shapes.size(name, 4, 0), shapes.size(name, 4, 1)] as const);
  const fits = (expansion: number) =>
    pairs.every(([width, hidden]) => Math.floor(width * expansion) === hidden);
  if (fits(usualExpansion)) return usualExpansion;
  const ratio = Math.max(...pairs.map(([width, hidden]) => hidden / width));
  for (let decimals = 0; decimals <= mostDecimals; decimals++) {
    const unit = 10 ** decimals;
    const expansion = Math.ceil(ratio * unit) / unit;
    if (fits(expansion)) return expansion;
  }
  const widths = [...new Set(pairs.map((pair) => pair.join(' to ')))].join(', ');
  throw new GraftError(
    'UNSUPPORTED_HOST',
    `${shapes.label}: no one expansion gives the widths of its feed-forward parts (${widths}).`,
  );
}
