import type { TilePlan } from '@pip-graft/imaging';
import { oneLine } from '@pip-graft/report/text';
import type { Device } from '@pip-graft/runtime';
import { likeliest } from '@pip-graft/validate';
import type { Result } from '../pipeline/run.ts';
import type { Shard, ShardRecord } from '../shard.ts';
import type { Fault, Job } from './images.ts';
import type { Outcome } from './restore-batch.ts';

/** A run of `graft restore`. */
export interface Run {
  readonly model: string;
  readonly device: Device;
  readonly jobs: readonly Job[];
  /** Outcomes of the jobs that were not done before. */
  readonly outcomes: readonly Outcome[];
  readonly faults: readonly Fault[];
  /** Labels of the weights that a sensor found. */
  readonly labels: readonly string[];
  /** The shard: positions of its jobs in the whole list, and the length of that list. */
  readonly shard?: Shard & { readonly positions: readonly number[]; readonly total: number };
}

/** Formats a line for each result, then the failures with their reasons. */
export function summarise(run: Run): Result {
  const { model, device, jobs, outcomes, faults, labels, shard } = run;
  const tried = new Map(outcomes.map((outcome) => [outcome.output, outcome]));
  const images = jobs.map(({ path, output }) => {
    const outcome = tried.get(output);
    const error = outcome?.error?.message ?? null;
    return {
      image: path,
      output: error === null ? output : null,
      error,
      skipped: outcome === undefined,
      tiles: outcome?.plan === undefined ? null : tilesOf(outcome.plan),
      ...(outcome?.found === undefined ? {} : { found: foundOf(labels, outcome.found) }),
    };
  });
  const lines = outcomes.flatMap(({ path, output, plan, found }) =>
    plan === undefined
      ? []
      : [`${oneLine(`${path} → ${output}`)}${inTiles(plan)}${asFound(labels, found)}`],
  );
  const failed = [
    ...images.filter(({ error }) => error !== null),
    ...faults.map(({ path, error }) => ({
      image: path,
      output: null,
      error: error.message,
      skipped: false,
      tiles: null,
    })),
  ];
  if (jobs.length === 0 && faults.length === 0) lines.push('no image in this shard');
  const skipped = jobs.length - outcomes.length;
  if (skipped > 0) lines.push(`skipped ${skipped} already done`);
  const total = jobs.length + faults.length;
  const failures = [
    `${failed.length} of ${total} images failed:`,
    ...failed.map(({ error }) => `  ${oneLine(error!)}`),
  ];
  if (failed.length > 0) lines.push(...failures);
  const good = images.filter(({ error }) => error === null);
  return {
    json: {
      model,
      device,
      images: [...good, ...failed],
      ...(shard && { shard: recordOf(shard, images) }),
    },
    text: lines.join('\n'),
    failure: failed.length > 0 ? failures.join('\n') : undefined,
    exit: failed.length > 0 ? 1 : 0,
  };
}

/** Positions of the result's images in the whole list: restored ones first, then failed ones. */
function recordOf(
  { index, count, positions, total }: NonNullable<Run['shard']>,
  images: readonly { readonly error: string | null }[],
): ShardRecord {
  const at = (failed: boolean): number[] =>
    positions.filter((_, place) => (images[place]!.error !== null) === failed);
  return { index, count, total, order: [...at(false), ...at(true)] };
}

function tilesOf({ width, height, columns, rows }: TilePlan) {
  return { count: columns.length * rows.length, width, height };
}

/** Formats the tiles of an image; empty if it was restored whole. */
function inTiles(plan: TilePlan): string {
  const { count, width, height } = tilesOf(plan);
  return count === 1 ? '' : ` (${count} tiles of ${width}x${height})`;
}

function foundOf(labels: readonly string[], weights: readonly number[]) {
  const all = Object.fromEntries(labels.map((label, at) => [label, weights[at]!]));
  return {
    label: weights.some((weight) => weight > 0) ? (likeliest(all) ?? null) : null,
    weights: all,
  };
}

/** Formats what was found, the strongest first. */
function asFound(labels: readonly string[], weights: readonly number[] | undefined): string {
  if (weights === undefined) return '';
  const found = labels
    .map((label, at) => ({ label, weight: weights[at]! }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ label, weight }) => `${label} ${Math.round(100 * weight)} %`);
  return found.length === 0 ? ': nothing found' : `: ${found.join(', ')}`;
}
