import type { Quality } from '@pip-graft/imaging';
import type { Evaluation, Qualities, Steering, TaskResult } from '@pip-graft/validate';
import { oneLine, table } from './lines.ts';

const sides = ['input', 'host', 'grafted'] as const;

/** Source of a task's degradation, in words. */
const reasons: Readonly<Record<Steering['by'], string>> = {
  map: 'by --map',
  given: 'by --degradation',
  name: "by the task's name",
  default: "the model's default: no one label fits the task's name",
  baked: 'baked in',
  sensor: 'found by the sensor',
  host: '',
};

/**
 * Formats an evaluation as text: the figures of each task and their average, the graft's weights,
 * and the problems.
 */
export function formatEvaluation(found: Evaluation, perImage: boolean): string {
  const { tasks, average, problems, graft } = found;
  const lines = perImage ? [...imageTable(tasks), ''] : [];
  const blocks = tasks.flatMap(({ name, images, mean }) => rows(name, images.length, mean));
  if (tasks.length > 1) blocks.push(...rows('average over tasks', '', average));
  lines.push(
    table([['task', 'images', '', 'PSNR', 'SSIM', 'PSNR Y', 'SSIM Y', 'gain'], ...blocks]),
  );
  if (graft !== null) {
    const told = tasks.map((task) => [task.name, weightsOf(task), reasons[task.degradation.by]]);
    lines.push('', table([['task', 'degradation', ''], ...told]));
    if (!graft.trained) lines.push('', `The adapter '${graft.adapter}' is UNTRAINED.`);
    if (!graft.ownHost) lines.push('', 'The host is not the file that was grafted.');
  }
  if (problems.length > 0) lines.push('');
  for (const { task, image, reason } of problems)
    lines.push(`✗ ${oneLine(`${task} ${image}: ${reason}`)}`);
  return lines.join('\n');
}

/** Returns one row per measured side. */
function rows(
  name: string,
  count: number | '',
  qualities: Qualities | null,
): (string | number)[][] {
  if (qualities === null) return [[name, count, '–']];
  return sides.flatMap((side, at) => {
    const quality = qualities[side];
    if (quality === null) return [];
    const { psnr, ssim, psnrY, ssimY } = quality;
    const figures = [decibel(psnr), share(ssim), decibel(psnrY), share(ssimY)];
    const gain = side === 'grafted' ? gained(qualities.gain) : '';
    return [[...(at === 0 ? [name, count] : ['', '']), side, ...figures, gain]];
  });
}

/** PSNR and SSIM in RGB of every image; Y is in the JSON. */
function imageTable(tasks: readonly TaskResult[]): string[] {
  const images = tasks.flatMap((task) => task.images.map((one) => [task.name, one] as const));
  const grafted = images.some(([, { quality }]) => quality.grafted !== null);
  const shown = sides.filter((side) => side !== 'grafted' || grafted);
  const columns = (qualities: Qualities, of: (quality: Quality) => string): string[] =>
    shown.map((side) => (qualities[side] === null ? '' : of(qualities[side])));
  const head = [
    'image',
    ...shown.map((side) => `${side} dB`),
    ...(grafted ? ['gain'] : []),
    ...shown.map((side) => `${side} SSIM`),
  ];
  const lines = images.map(([task, { name, quality }]) => [
    `${task} ${name}`,
    ...columns(quality, ({ psnr }) => decibel(psnr)),
    ...(grafted ? [gained(quality.gain)] : []),
    ...columns(quality, ({ ssim }) => share(ssim)),
  ]);
  return [table([head, ...lines])];
}

/** Formats PSNR with two decimals, as in papers. */
function decibel(value: number): string {
  return (Number.isFinite(value) ? value.toFixed(2) : '∞').padStart(5);
}

function share(value: number): string {
  return value.toFixed(4).padStart(6);
}

function gained(gain: Quality | null): string {
  if (gain === null) return '';
  // A loss that rounds to 0 has no sign.
  const text = Number.isFinite(gain.psnr)
    ? gain.psnr.toFixed(2).replace(/^-0\.00$/, '0.00')
    : `${gain.psnr}`.replace('Infinity', '∞');
  return `${text.startsWith('-') ? '' : '+'}${text} dB`;
}

function weightsOf({ degradation, found }: TaskResult): string {
  if (degradation.by === 'sensor')
    return found ? `${found.label} found in ${found.right} of ${found.of}` : '';
  const weights = Object.entries(degradation.weights ?? {}).filter(([, weight]) => weight > 0);
  return weights
    .map(([label, weight]) => (weights.length === 1 ? label : `${label}=${weight}`))
    .join(', ');
}
