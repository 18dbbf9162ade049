import { formatEvaluation } from '@pip-graft/report/text';
import type { Evaluation } from '@pip-graft/validate';
import type { Result } from '../pipeline/run.ts';
import type { ShardRecord } from '../shard.ts';

export interface Measured {
  readonly model: string;
  readonly base: string | null;
  readonly data: string;
  readonly found: Evaluation;
  readonly ignored: readonly string[];
  readonly shard?: ShardRecord;
}

interface Gate {
  readonly minPsnr: number;
  readonly psnr: number | null;
  readonly passed: boolean;
}

/** Converts an evaluation, of one run or merged from shards, to a command's result. */
export function evalResult(
  { model, base, data, found, ignored, shard }: Measured,
  options: { readonly perImage?: boolean; readonly minPsnr?: number },
): Result {
  const gate = gateOf(found, options.minPsnr);
  const lines = [formatEvaluation(found, options.perImage === true)];
  if (ignored.length > 0) lines.push('', passedOver(ignored));
  lines.push('', verdictOf(model, found, gate));
  const problems = sorted(found.problems);
  return {
    json: plain({
      model,
      base,
      data,
      ...found,
      problems,
      ignored,
      gate,
      ...(shard && { shard }),
    }),
    text: lines.join('\n'),
    exit: found.problems.length > 0 || gate?.passed === false ? 1 : 0,
  };
}

/** Sorts problems, so that their order does not depend on which shard found them. */
function sorted(problems: Evaluation['problems']): Evaluation['problems'] {
  const key = ({ task, image, reason }: (typeof problems)[number]) =>
    JSON.stringify([task, image, reason]);
  return [...problems].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function passedOver(ignored: readonly string[]): string {
  const rest = ignored.length > 5 ? ` and ${ignored.length - 5} more` : '';
  return `skipped, not PNG, JPEG, WebP, TIFF or AVIF: ${ignored.slice(0, 5).join(', ')}${rest}`;
}

/** Gate on the average PSNR of the model's output: grafted if there is a graft. */
function gateOf({ average }: Evaluation, minPsnr: number | undefined): Gate | null {
  if (minPsnr === undefined) return null;
  const psnr = (average?.grafted ?? average?.host)?.psnr ?? null;
  return { minPsnr, psnr, passed: psnr !== null && psnr >= minPsnr };
}

function verdictOf(path: string, { tasks, problems }: Evaluation, gate: Gate | null): string {
  const images = tasks.reduce((sum, task) => sum + task.images.length, 0);
  const parts = [`${images} image${images === 1 ? '' : 's'} measured`];
  if (problems.length > 0) parts.push(`${problems.length} not`);
  if (gate !== null) {
    const { minPsnr, psnr, passed } = gate;
    parts.push(
      `PSNR ${psnr === null ? 'unknown' : `${psnr.toFixed(3)} dB`}, at least ${minPsnr} dB wanted: ${passed ? 'passed' : 'failed'}`,
    );
  }
  return `${path}: ${parts.join('; ')}`;
}

/** Replaces infinities, which JSON does not have, by strings: the PSNR of identical images. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
