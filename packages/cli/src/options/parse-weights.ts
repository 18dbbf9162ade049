import { type Backbone, GraftError, type LabelWeights, labelWeights } from '@pip-graft/graft';
import { amounts, checkAmount, type Degradation } from '@pip-graft/imaging';
import type { SyntheticDegradation } from '@pip-graft/validate';
import { decimal } from './options.ts';

/**
 * Parses `rain=1,noise=0.5` or `rain` to weights in the order of the labels.
 *
 * Errors: those of {@link parseLabelWeights}.
 *
 * @example parseWeights('rain', ['noise', 'rain']) // [0, 1]
 */
export function parseWeights(text: string, labels: readonly string[]): number[] {
  return labelWeights(parseLabelWeights(text, labels), labels);
}

/**
 * Parses `rain=1,noise=0.5` or `rain` to weights by label.
 *
 * Errors: `UNKNOWN_LABEL`, `INVALID_WEIGHTS` (negative, not a number, repeated, or without a label).
 *
 * @example parseLabelWeights('rain', ['noise', 'rain']) // { rain: 1 }
 */
export function parseLabelWeights(text: string, labels: readonly string[]): LabelWeights {
  const weights = new Map<string, number>();
  for (const part of text.split(',')) {
    const [label = '', amount = '1', ...rest] = part.split('=').map((word) => word.trim());
    if (label === '') {
      throw new GraftError(
        'INVALID_WEIGHTS',
        `degradation '${text}': a label is missing before or after a comma or '='; expected label, or label=NUMBER,….`,
      );
    }
    if (weights.has(label)) {
      throw new GraftError(
        'INVALID_WEIGHTS',
        `degradation '${label}': it is given twice; keep one of them.`,
      );
    }
    const weight = decimal(amount);
    if (rest.length > 0 || !Number.isFinite(Math.fround(weight)) || weight < 0) {
      throw new GraftError(
        'INVALID_WEIGHTS',
        `degradation '${part}': expected ${label}=NUMBER with a number of 0 or more.`,
      );
    }
    weights.set(label, weight);
  }
  const given = Object.fromEntries(weights);
  labelWeights(given, labels);
  return given;
}

/**
 * Parses `derain=rain,dehaze=haze` to a label for each task.
 *
 * Errors: `INVALID_ARGUMENT` for a part that is not TASK=LABEL, or a task that appears twice.
 */
export function parseMap(text: string): Record<string, string> {
  const map = new Map<string, string>();
  for (const part of text.split(',')) {
    const [task = '', label = '', ...rest] = part.split('=').map((word) => word.trim());
    if (task === '' || label === '' || rest.length > 0 || map.has(task)) {
      const why = map.has(task)
        ? `'${task}' is given twice; keep one of them`
        : 'expected TASK=LABEL,…, such as derain=rain';
      throw new GraftError('INVALID_ARGUMENT', `--map '${part}': ${why}.`);
    }
    map.set(task, label);
  }
  return Object.fromEntries(map);
}

/**
 * Parses `noise:25`, or `noise` for the default amount.
 *
 * Errors: `UNKNOWN_LABEL`; `INVALID_ARGUMENT` for an amount that is not a number or is out of
 * range.
 *
 * @example parseDegrade('haze') // { degradation: 'haze', amount: 1.5 }
 */
export function parseDegrade(text: string): SyntheticDegradation {
  const [name = '', amount, ...rest] = text.split(':').map((part) => part.trim());
  checkAmount(name);
  const degradation = name as Degradation;
  const { usual, means } = amounts[degradation];
  if (amount === undefined) return { degradation, amount: usual };
  const value = rest.length > 0 ? Number.NaN : decimal(amount);
  if (Number.isNaN(value)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `--degrade ${text}: expected ${name}:NUMBER, the number being the ${means}; ${name} alone is ${name}:${usual}.`,
    );
  }
  checkAmount(name, value);
  return { degradation, amount: value };
}

/**
 * Returns the local variant of a NAFNet, whose attention sees only a window around each pixel.
 *
 * Errors: `INVALID_ARGUMENT` for another family.
 *
 * @param size height and width of its training patches; default: the network stays as it is
 */
export function localise(
  backbone: Backbone,
  size: readonly [number, number] | undefined,
): Backbone {
  if (size === undefined) return backbone;
  if (backbone.family === 'nafnet') {
    return { ...backbone, config: { ...backbone.config, local: size } };
  }
  throw new GraftError(
    'INVALID_ARGUMENT',
    `--local: it is for the local variant of NAFNet, and the checkpoint has ${backbone.family}; omit it.`,
  );
}
