import { type ErrorCode, GraftError } from '@pip-graft/onnx-graft';
import {
  hiddenWidth,
  isCrossMode,
  type LevelConfig,
  type PipConfig,
  pipAttachments,
  pipGates,
  pipModes,
  pipPositions,
} from './pip-config.ts';

/** Labels are written in `a=1,b=0.5` and `a+b`, so they contain none of those signs. */
const labelPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** All problems of a config, as sentences; empty if it is valid. */
export function configProblems(config: PipConfig): string[] {
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  expect(
    pipModes.includes(config.mode),
    `mode '${config.mode}' is not one of ${pipModes.join(', ')}`,
  );
  expect(
    pipAttachments.includes(config.attach),
    `attach '${config.attach}' is not one of ${pipAttachments.join(', ')}`,
  );
  expect(
    config.gate === undefined || pipGates.includes(config.gate),
    `gate '${config.gate}' is not one of ${pipGates.join(', ')}`,
  );
  expect(
    config.gate === undefined || config.attach === 'residual',
    `a gate belongs to 'residual'; attach is '${config.attach}'`,
  );
  expect(
    config.position === undefined || pipPositions.includes(config.position),
    `position '${config.position}' is not one of ${pipPositions.join(', ')}`,
  );
  const { promptStd = 1 } = config;
  expect(
    promptStd >= 0 && promptStd <= maxPromptStd,
    `prompt std ${promptStd} is not in [0, ${maxPromptStd}]`,
  );
  expect(
    ['float32', 'float16', 'bfloat16'].includes(config.dtype),
    `dtype '${config.dtype}' is not float32, float16 or bfloat16`,
  );
  expect(
    config.expansion > 0 && config.expansion <= maxExpansion,
    `expansion ${config.expansion} is not in (0, ${maxExpansion}]`,
  );
  problems.push(...labelProblems(config.labels));
  const { levels } = config;
  expect(levels.length > 0, 'there are no levels');
  expect(levels.length <= maxLevels, `${levels.length} levels; at most ${maxLevels} are supported`);
  expect(
    levels.every(({ level }, i) => i === 0 || level > levels[i - 1]!.level),
    'levels are not ascending, or one is there twice',
  );
  return [...problems, ...levels.flatMap((level) => levelProblems(level, config))];
}

/**
 * Returns a config if it is valid.
 *
 * Errors: `code` (default: `INVALID_ARGUMENT`), with all problems in one message.
 */
export function validateConfig(
  config: PipConfig,
  place = 'PIP config',
  code: ErrorCode = 'INVALID_ARGUMENT',
): PipConfig {
  const problems = configProblems(config);
  if (problems.length > 0) throw new GraftError(code, `${place}: ${problems.join('; ')}.`);
  return config;
}

/** Problems of a list of labels, as sentences. */
export function labelProblems(labels: readonly string[]): string[] {
  if (!Array.isArray(labels) || labels.some((label) => typeof label !== 'string'))
    return ["labels are a list of text, such as ['rain', 'haze']"];
  const problems: string[] = [];
  if (labels.length === 0) problems.push('there are no labels');
  if (labels.length > maxLabels)
    problems.push(`${labels.length} labels; at most ${maxLabels} are supported`);
  for (const [i, label] of labels.entries()) {
    if (!labelPattern.test(label)) {
      problems.push(
        `label '${label}' must begin with a letter or digit; then letters, digits, '.', '_', '-'`,
      );
    }
    if (labels.indexOf(label) !== i) problems.push(`label '${label}' is there twice`);
  }
  return problems;
}

function levelProblems(config: LevelConfig, { mode, expansion }: PipConfig): string[] {
  const { level, channels, promptChannels, promptSize, p2pHeads, p2fHeads } = config;
  const place = `level ${level}`;
  const sizes: [string, number, number][] = [
    ['level', level, Number.MAX_SAFE_INTEGER],
    ['channels', channels, maxChannels],
    ['prompt channels', promptChannels, maxChannels],
    ['prompt size', promptSize, maxPromptSize],
    ['prompt-to-prompt heads', p2pHeads, maxChannels],
    ['prompt-to-feature heads', p2fHeads, maxChannels],
  ];
  const problems = sizes
    .filter(([, size, limit]) => !(Number.isSafeInteger(size) && size >= 1 && size <= limit))
    .map(
      ([name, size, limit]) => `${place}: ${name} ${size} is not a whole number from 1 to ${limit}`,
    );
  if (problems.length > 0) return problems;
  if (promptChannels % p2pHeads !== 0) {
    problems.push(
      `${place}: ${p2pHeads} prompt-to-prompt heads do not divide ${promptChannels} prompt channels`,
    );
  }
  if (isCrossMode(mode) && promptChannels % p2fHeads !== 0) {
    problems.push(
      `${place}: ${p2fHeads} prompt-to-feature heads do not divide ${promptChannels} prompt channels`,
    );
  }
  if (mode === 'pip_cross_topm' && promptChannels / p2fHeads < 2) {
    problems.push(
      `${place}: top-m attention needs at least 2 channels a head, so at least ${2 * p2fHeads} prompt channels`,
    );
  }
  const joint = channels + promptChannels;
  if (mode.startsWith('promptir') && joint % p2fHeads !== 0) {
    problems.push(
      `${place}: ${p2fHeads} prompt-to-feature heads do not divide ${channels} + ${promptChannels} channels`,
    );
  }
  if (hiddenWidth(Math.min(channels, promptChannels), expansion) < 1) {
    problems.push(`${place}: expansion ${expansion} leaves no hidden channels`);
  }
  return problems;
}

// An adapter's config comes from files of unknown origin; these limits keep its sizes within what a
// person could mean.

/** Degradations. The paper has at most seven. */
const maxLabels = 256;

/** Skip connections of one network. */
const maxLevels = 32;

/** Channels of a skip feature or a prompt. The largest published backbone has 1,024. */
const maxChannels = 8192;

/** Height and width of a prompt. */
const maxPromptSize = 1024;

/** Hidden width divided by width in the feed-forward parts. */
const maxExpansion = 16;

/** Convolutions of a sensor. Each halves the image. */
export const maxSensorConvolutions = 8;

/** Channels of a sensor's convolutions: it must cost little compared with the host. */
export const maxSensorChannels = 512;

/** The authors start prompts at 1; larger values are of no use. */
export const maxPromptStd = 10;
