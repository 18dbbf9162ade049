import type { SkipSite } from '@pip-graft/onnx-graft';
import { GraftError } from '@pip-graft/onnx-graft';
import type {
  LevelConfig,
  PipAttach,
  PipConfig,
  PipGate,
  PipMode,
  PipPosition,
} from './pip-config.ts';
import { validateConfig } from './validate-config.ts';

/** The paper's order of degradations: noise of σ 15, 25 and 50 is one class. */
export const defaultLabels = ['noise', 'rain', 'haze', 'blur', 'low-light'] as const;

/** What a caller may choose; everything else follows from the host. */
export interface ConfigChoices {
  readonly mode?: PipMode;
  readonly attach?: PipAttach;
  /** Only with `residual`; default: `label`. */
  readonly gate?: PipGate;
  /** Default: `learned`. */
  readonly position?: PipPosition | undefined;
  /** Initial deviation of the basic restoration prompt; default: {@link defaultPromptStd}. */
  readonly promptStd?: number;
  readonly labels?: readonly string[];
  /** c: one number for all levels, or one per level. */
  readonly promptChannels?: readonly number[];
  /** s: one number for all levels, or one per level. */
  readonly promptSize?: readonly number[];
}

type Place = Pick<SkipSite, 'level' | 'channels' | 'scale'>;

/**
 * At the authors' 1, over 99 % of the universal prompt is the basic prompt's random texture, which
 * hardly changes in training and shows in images.
 */
export const defaultPromptStd = 0.02;

interface FamilyDefaults {
  readonly mode: PipMode;
  /** Prompt channels divided by feature channels. */
  readonly channelRatio: number;
  /** Prompt size at full resolution. */
  readonly fullSize: number;
}

/**
 * Restormer and PromptIR share a trunk; there the paper's sizes (64/128/256
 * channels and 64/32/16 pixels for widths 48/96/192) are 4/3 of the width and
 * half of a training patch of 128.
 */
const restormer: FamilyDefaults = { mode: 'pip_cross_topm', channelRatio: 4 / 3, fullSize: 64 };

/**
 * Ours: the authors never released PIP for NAFNet. NAFNet spends little at full resolution, so
 * prompts are narrow and the gate is convolutional: about 10 % more multiply-adds; attention would
 * add 20 %.
 */
const light: FamilyDefaults = { mode: 'convgate', channelRatio: 1 / 4, fullSize: 32 };

/** Also ours: a U-Net that starts at half resolution; 16 and 32 channels for widths 48 and 96. */
const unet: FamilyDefaults = { ...light, channelRatio: 1 / 3 };

const families: Readonly<Record<string, FamilyDefaults>> = {
  restormer,
  promptir: restormer,
  nafnet: light,
  unet,
};

/**
 * A config for a host: the family's defaults for its skip connections, and the caller's choices.
 * Residual by default, so that it starts as the identity.
 *
 * Errors: `INVALID_ARGUMENT` if choices contradict each other.
 *
 * @example defaultConfig('restormer', sites, { labels: ['rain', 'haze'] }).levels[0]!.promptChannels // 64
 */
export function defaultConfig(
  family: string,
  sites: readonly Place[],
  choices: ConfigChoices = {},
): PipConfig {
  const defaults = (Object.hasOwn(families, family) ? families[family] : undefined) ?? light;
  // Sites of one level are calls of one network.
  const sorted = [...new Map(sites.map((site) => [site.level, site])).values()].sort(
    (a, b) => a.level - b.level,
  );
  const channels = perLevel(choices.promptChannels, sorted, ({ channels }) =>
    toMultipleOf8(channels * defaults.channelRatio),
  );
  const sizes = perLevel(choices.promptSize, sorted, ({ scale }) =>
    Math.max(8, Math.round(defaults.fullSize / scale)),
  );
  const attach = choices.attach ?? 'residual';
  return validateConfig({
    mode: choices.mode ?? defaults.mode,
    attach,
    gate: choices.gate ?? (attach === 'residual' ? 'label' : undefined),
    position: choices.position,
    promptStd: choices.promptStd ?? defaultPromptStd,
    labels: choices.labels ?? defaultLabels,
    levels: sorted.map(
      (site, index): LevelConfig => ({
        level: site.level,
        channels: site.channels,
        promptChannels: channels[index]!,
        promptSize: sizes[index]!,
        p2pHeads: 2,
        p2fHeads: 4,
      }),
    ),
    expansion: 2.66,
    dtype: 'float32',
  });
}

function perLevel(
  chosen: readonly number[] | undefined,
  sites: readonly Place[],
  fallback: (site: Place) => number,
): number[] {
  if (chosen === undefined) return sites.map(fallback);
  if (chosen.length === 1) return sites.map(() => chosen[0]!);
  if (chosen.length !== sites.length) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `Prompt channels or sizes: ${chosen.length} numbers for ${sites.length} levels; give one, or one for each level.`,
    );
  }
  return [...chosen];
}

function toMultipleOf8(value: number): number {
  return Math.max(8, Math.round(value / 8) * 8);
}
