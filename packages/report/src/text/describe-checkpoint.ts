import type { DetectedBackbone, LeftAverage } from '@pip-graft/backbones';
import { emptyRecord } from '@pip-graft/weights';
import type { Checkpoint, CheckpointScalar } from '@pip-graft/weights/node';

/** Most names in a line. */
const listed = 12;

/** What was taken from a checkpoint, and what was ignored. */
export interface Taken {
  readonly prefix: string;
  readonly average: boolean;
  /** Averages of the weights that cannot be imported, where the plain ones were taken instead. */
  readonly leftAverages: readonly LeftAverage[];
  /** Numbers and texts in the dictionaries around the tensors. */
  readonly extra: Readonly<Record<string, CheckpointScalar>>;
  /** Paths of tensors, dictionaries and other records beside the network. */
  readonly ignored: readonly string[];
}

type Place = Pick<DetectedBackbone, 'prefix' | 'average' | 'beside' | 'leftAverages'>;

/**
 * Returns what was taken from a checkpoint, from the network's place in it. Cuts paths beside the
 * network after the first part that differs.
 *
 * @param beside names under the network's prefix that do not belong to it
 */
export function takenFrom(
  { tensors, extra, ignored }: Checkpoint,
  { prefix, average, beside, leftAverages }: Place,
): Taken {
  const dot = (path: string): string => (path === '' ? '' : `${path}.`);
  // An average may have been kept under flattened names: `ema_model_intro_weight`.
  const isFlat = (path: string): boolean =>
    average && prefix !== '' && path.startsWith(`${prefix}_`) && !path.includes('.', prefix.length);
  const isInside = (path: string): boolean => path.startsWith(dot(prefix)) || isFlat(path);
  const around = emptyRecord<CheckpointScalar>();
  const left = new Set<string>();
  for (const path of [...ignored, ...tensors.keys()]) {
    if (!isInside(path) || !tensors.has(path)) left.add(cut(path, prefix));
  }
  for (const [path, value] of Object.entries(extra)) {
    const at = path.lastIndexOf('.');
    if (dot(prefix).startsWith(dot(at < 0 ? '' : path.slice(0, at)))) around[path] = value;
    else if (!isInside(path)) left.add(cut(path, prefix));
  }
  for (const name of beside) {
    // One in every module.
    const counter =
      /(?:^|\.)(total_ops|total_params|weight_fake_quant|activation_post_process(?=\.))/.exec(
        name,
      )?.[1];
    left.add(counter ? `*.${counter}` : `${dot(prefix)}${name.split('.', 1)[0]}`);
  }
  return { prefix, average, leftAverages, extra: around, ignored: [...left] };
}

/**
 * Describes how a checkpoint's tensors were found, in lines; empty if they are at the top level.
 */
export function describeTaken(taken: Taken): string[] {
  const { prefix, average, extra, ignored } = taken;
  const lines: string[] = [];
  if (prefix !== '') lines.push(`tensors taken from '${prefix}'`);
  if (average) lines.push('these weights are the average over the training (EMA)');
  lines.push(...describeLeftAverages(taken.leftAverages));
  if (ignored.length > 0) {
    const more = ignored.length > listed ? `, … (${ignored.length} in all)` : '';
    lines.push(`left alone: ${ignored.slice(0, listed).join(', ')}${more}`);
  }
  const facts = Object.entries(extra).filter(([, value]) => value !== null);
  if (facts.length > 0) {
    const words = facts.slice(0, listed).map(([key, value]) => `${key} = ${short(value)}`);
    lines.push(`beside them: ${words.join(', ')}${facts.length > listed ? ', …' : ''}`);
  }
  return lines;
}

/** Warnings that the plain weights were taken although there is an average. */
export function describeLeftAverages(left: readonly LeftAverage[]): string[] {
  return left
    .slice(0, listed)
    .map(
      ({ prefix, problem }) =>
        `warning: an average of the weights (EMA) is under '${prefix}', but ${problem}; these are the plain weights. An average can be imported if it is saved under the network's names.`,
    );
}

/** What is known of weights that are not numbers, besides their names. */
export interface NonFinite {
  /** Those that may be numbers in the file's float64, but not in float32. */
  readonly wide?: readonly string[];
  /** Prefixes of the same network's other weights, all of which are numbers. */
  readonly sound?: readonly string[];
}

/** A warning for weights that are not numbers; undefined if all are. */
export function describeNonFinite(
  names: readonly string[],
  all: number,
  { wide = [], sound = [] }: NonFinite = {},
): string | undefined {
  if (names.length === 0) return undefined;
  const shown = (some: readonly string[]): string =>
    `${some.slice(0, listed).join(', ')}${some.length > listed ? ', …' : ''}`;
  const others = sound.map((prefix) => `--prefix '${prefix}'`).join(' or ');
  const instead =
    others === ''
      ? ''
      : `, or import the plain weights in the same file, which are sound: ${others}`;
  const diverged = names.filter((name) => !wide.includes(name));
  if (diverged.length === 0) {
    return `warning: ${wide.length} of ${all} tensors hold float64 numbers beyond float32, in which weights are imported, or infinity: ${shown(wide)}; the network's images will be damaged. Take another checkpoint${instead}.`;
  }
  return `warning: ${diverged.length} of ${all} tensors hold NaN or infinity: ${shown(diverged)}; the training diverged, and the network's images will be damaged. Take an earlier checkpoint${instead}.`;
}

function cut(path: string, prefix: string): string {
  const own = prefix.split('.');
  const parts = path.split('.');
  const same = parts.findIndex((part, index) => part !== own[index]);
  return parts.slice(0, Math.max(0, same) + 1).join('.');
}

function short(value: CheckpointScalar): string {
  const text = String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
