import { argument } from '@pip-graft/onnx-graft';
import {
  hasLabelGate,
  hasNoPosition,
  hiddenWidth,
  isCrossMode,
  type LevelConfig,
  type PipConfig,
} from '../config/pip-config.ts';
import {
  type CrossBlockNames,
  type FeedForwardNames,
  type NormNames,
  names,
  parameterName,
  type TransformerBlockNames,
} from './names.ts';

/** Initialisation of a parameter. */
export type ParameterInit =
  /** Default deviation: 1. */
  | { readonly kind: 'normal'; readonly std?: number }
  | { readonly kind: 'kaiming' }
  /**
   * Kaiming-uniform with ReLU's gain, which preserves the activations' scale: ±sqrt(6 / fan-in).
   */
  | { readonly kind: 'kaiming-relu' }
  | { readonly kind: 'constant'; readonly value: number };

/** A parameter: its name, shape and initialisation. */
export interface ParameterSpec {
  readonly name: string;
  readonly dims: readonly number[];
  readonly init: ParameterInit;
}

/** All parameters of one level, by their names within the level. */
export function levelParameters(level: LevelConfig, config: PipConfig): ParameterSpec[] {
  const { promptChannels: c } = level;
  const s = hasNoPosition(config) ? 1 : level.promptSize;
  const { expansion } = config;
  return [
    { name: names.degradation, dims: [1, config.labels.length, c, 1, 1], init: { kind: 'normal' } },
    { name: names.basic, dims: [1, c, s, s], init: { kind: 'normal', std: config.promptStd ?? 1 } },
    ...crossBlock(names.promptToPrompt, c, c, level.p2pHeads, expansion),
    conv(names.outputConv, c, c, 3),
    ...interaction(level, config),
    ...(config.attach === 'residual' ? [filled(names.gate, gateDims(level, config), 0)] : []),
  ];
}

function gateDims({ channels }: LevelConfig, config: PipConfig): number[] {
  return hasLabelGate(config) ? [config.labels.length, channels] : [channels];
}

function interaction(level: LevelConfig, { mode, expansion }: PipConfig): ParameterSpec[] {
  const { channels: C, promptChannels: c, p2fHeads } = level;
  if (isCrossMode(mode)) {
    const { cross } = names;
    return [
      ...crossBlock(cross, C, c, p2fHeads, expansion),
      ...(mode === 'pip_cross_topm'
        ? cross.attention.topm.map((name) => filled(name, [1], 0.2))
        : []),
      ...(C < c ? [conv(cross.reduceChannel, C, c, 1)] : []),
    ];
  }
  if (mode === 'convgate') {
    const { shared, gate, shift } = names.convgate;
    return [conv(shared, c, c, 3), conv(gate, C, c, 3), conv(shift, C, c, 3)];
  }
  const joint = C + c;
  const block = transformerBlock(names.transformer, joint, p2fHeads, expansion);
  if (mode === 'promptir') return [...block, conv(names.promptir.reduce, C, joint, 1)];
  const { gate, shift } = names.promptirGate;
  return [...block, conv(gate, C, joint, 3), conv(shift, C, joint, 1)];
}

/** Attention from a query of `width` channels to the prompt's c, then feed-forward on `width`. */
function crossBlock(
  { queryNorm, keyValueNorm, attention, feedForwardNorm, feedForward }: CrossBlockNames,
  width: number,
  c: number,
  heads: number,
  expansion: number,
): ParameterSpec[] {
  return [
    ...norm(queryNorm, width),
    ...norm(keyValueNorm, c),
    filled(attention.temperature, [heads, 1, 1], 1),
    conv(attention.query, c, c, 1),
    conv(attention.queryDepthwise, c, 1, 3),
    conv(attention.keyValue, 2 * c, c, 1),
    conv(attention.keyValueDepthwise, 2 * c, 1, 3),
    conv(attention.projectOut, c, c, 1),
    ...norm(feedForwardNorm, width),
    ...feedForwardParameters(feedForward, width, expansion),
  ];
}

function transformerBlock(
  { attentionNorm, attention, feedForwardNorm, feedForward }: TransformerBlockNames,
  width: number,
  heads: number,
  expansion: number,
): ParameterSpec[] {
  return [
    ...norm(attentionNorm, width),
    filled(attention.temperature, [heads, 1, 1], 1),
    conv(attention.queryKeyValue, 3 * width, width, 1),
    conv(attention.queryKeyValueDepthwise, 3 * width, 1, 3),
    conv(attention.projectOut, width, width, 1),
    ...norm(feedForwardNorm, width),
    ...feedForwardParameters(feedForward, width, expansion),
  ];
}

function feedForwardParameters(
  { projectIn, depthwise, projectOut }: FeedForwardNames,
  width: number,
  expansion: number,
): ParameterSpec[] {
  const hidden = hiddenWidth(width, expansion);
  return [
    conv(projectIn, 2 * hidden, width, 1),
    conv(depthwise, 2 * hidden, 1, 3),
    conv(projectOut, width, hidden, 1),
  ];
}

function norm({ weight, bias }: NormNames, width: number): ParameterSpec[] {
  return [filled(weight, [width], 1), filled(bias, [width], 0)];
}

function conv(name: string, outputs: number, inputs: number, kernel: number): ParameterSpec {
  return { name, dims: [outputs, inputs, kernel, kernel], init: { kind: 'kaiming' } };
}

function filled(name: string, dims: readonly number[], value: number): ParameterSpec {
  return { name, dims, init: { kind: 'constant', value } };
}

/**
 * Every parameter that a config implies: full name, shape and initialisation.
 *
 * Names are the authors' checkpoint names, uniform over the levels, such as
 * `level1.prompt.low_prompt_param` (docs/notes/pip.md section 5).
 *
 * @example pipParameters(config).map(({ name, dims }) => `${name} ${dims}`)
 */
export function pipParameters(config: PipConfig): ParameterSpec[] {
  argument.requireMembers(config, 'pipParameters', { levels: 'a list' });
  return config.levels.flatMap((level) =>
    levelParameters(level, config).map((spec) => ({
      ...spec,
      name: parameterName(level.level, spec.name),
    })),
  );
}
