import type { DetectedBackbone } from '@pip-graft/backbones';
import type { Checkpoint, CheckpointScalar } from '@pip-graft/weights/node';

/** How many names a line lists. */
const listed = 12;

/** What was chosen of a checkpoint, and what was left alone. */
export interface Taken {
  readonly prefix: string;
  readonly average: boolean;
  /** Numbers and texts in the dictionaries around the tensors. */
  readonly extra: Readonly<Record<string, CheckpointScalar>>;
  /** Paths beside the network: of tensors, dictionaries and other records. */
  readonly ignored: readonly string[];
}

/**
 * What a network's place in a checkpoint says: paths beside it are cut after the first part in which
 * they differ from it.
 *
 * @param beside names under the network's prefix that are not the network's
 */
export function takenFrom(
  { tensors, extra, ignored }: Checkpoint,
  { prefix, average, beside }: Pick<DetectedBackbone, 'prefix' | 'average' | 'beside'>,
): Taken {
  const dot = (path: string): string => (path === '' ? '' : `${path}.`);
  const isInside = (path: string): boolean => path.startsWith(dot(prefix));
  const around: Record<string, CheckpointScalar> = Object.create(null);
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
    const counter = /(^|\.)(total_ops|total_params)$/.exec(name)?.[2];
    left.add(counter ? `*.${counter}` : `${dot(prefix)}${name.split('.', 1)[0]}`);
  }
  return { prefix, average, extra: around, ignored: [...left] };
}

/** What was done to get at a checkpoint's tensors, as lines for people: nothing when they lie open. */
export function describeTaken({ prefix, average, extra, ignored }: Taken): string[] {
  const lines: string[] = [];
  if (prefix !== '') lines.push(`tensors taken from '${prefix}'`);
  if (average) lines.push('these weights are the average over the training (EMA)');
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

/** A warning for weights that are not numbers; undefined if all are. */
export function describeNonFinite(names: readonly string[], all: number): string | undefined {
  if (names.length === 0) return undefined;
  const more = names.length > listed ? ', …' : '';
  return `warning: ${names.length} of ${all} tensors hold NaN or infinity: ${names.slice(0, listed).join(', ')}${more}; the training diverged, and the network's images will be damaged. Take an earlier checkpoint.`;
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
