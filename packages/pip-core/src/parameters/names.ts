// The one table of parameter names. They are the authors' checkpoint names (docs/notes/pip.md
// section 5) with the level's own prefixes made uniform:
//   prompt{l}.X                          -> level{l}.prompt.X
//   low_prompt_interaction_level{l}.X    -> level{l}.interaction.X
// `gate` is ours: the residual attachment's learned gate.

const normNames = (prefix: string) => ({
  weight: `${prefix}.body.weight`,
  bias: `${prefix}.body.bias`,
});

const feedForwardNames = (prefix: string) => ({
  projectIn: `${prefix}.project_in.weight`,
  depthwise: `${prefix}.dwconv.weight`,
  projectOut: `${prefix}.project_out.weight`,
});

/** A block of channel cross-attention and feed-forward: prompt-to-prompt or prompt-to-feature. */
const crossBlockNames = (prefix: string) => ({
  queryNorm: normNames(`${prefix}.norm11`),
  keyValueNorm: normNames(`${prefix}.norm12`),
  attention: {
    temperature: `${prefix}.attn.temperature`,
    query: `${prefix}.attn.q.weight`,
    queryDepthwise: `${prefix}.attn.q_dwconv.weight`,
    keyValue: `${prefix}.attn.kv.weight`,
    keyValueDepthwise: `${prefix}.attn.kv_dwconv.weight`,
    projectOut: `${prefix}.attn.project_out.weight`,
    /** Scalars of the four top-m attentions. */
    topm: [1, 2, 3, 4].map((i) => `${prefix}.attn.attn${i}`),
  },
  feedForwardNorm: normNames(`${prefix}.norm2`),
  feedForward: feedForwardNames(`${prefix}.ffn`),
  /** Only if the feature has fewer channels than the prompt. */
  reduceChannel: `${prefix}.reduce_channel.weight`,
});

/** A transformer block of channel self-attention, as in Restormer. */
const transformerBlockNames = (prefix: string) => ({
  attentionNorm: normNames(`${prefix}.norm1`),
  attention: {
    temperature: `${prefix}.attn.temperature`,
    queryKeyValue: `${prefix}.attn.qkv.weight`,
    queryKeyValueDepthwise: `${prefix}.attn.qkv_dwconv.weight`,
    projectOut: `${prefix}.attn.project_out.weight`,
  },
  feedForwardNorm: normNames(`${prefix}.norm2`),
  feedForward: feedForwardNames(`${prefix}.ffn`),
});

/** Names within a level, by their part. */
export const names = {
  /** The degradation prompts D. */
  degradation: 'prompt.detask_prompt_param',
  /** The basic restoration prompt B. */
  basic: 'prompt.low_prompt_param',
  promptToPrompt: crossBlockNames('prompt.LGM'),
  outputConv: 'prompt.outconv.weight',
  cross: crossBlockNames('interaction.prompt_transformer_cross'),
  convgate: {
    shared: 'interaction.conv1.weight',
    gate: 'interaction.conv2.weight',
    shift: 'interaction.conv3.weight',
  },
  transformer: transformerBlockNames('interaction.prompt_transformer'),
  promptir: { reduce: 'interaction.reduce_channel.weight' },
  promptirGate: {
    gate: 'interaction.gate_reduce_channel.weight',
    shift: 'interaction.noise_channel_reduce.weight',
  },
  gate: 'gate',
} as const;

export type NormNames = ReturnType<typeof normNames>;
export type FeedForwardNames = ReturnType<typeof feedForwardNames>;
export type CrossBlockNames = ReturnType<typeof crossBlockNames>;
export type TransformerBlockNames = ReturnType<typeof transformerBlockNames>;

/** Full name of a parameter: the level's prefix and the name within the level. */
export function parameterName(level: number, name: string): string {
  return `level${level}.${name}`;
}
