import { means } from './measure-set.mjs';
import { number } from './number.mjs';

/** @import { Gate } from './gate.mjs' */
/** @import { MeasuredImage } from './measure-set.mjs' */

const own = new Set(['input', 'restored', 'host']);
const signs = { 'at least': '≥', above: '>', 'at most': '≤' };

/**
 * A gate as a line of text.
 *
 * @param {Gate} gate
 */
export function gateLine({ name, status, relation, target, value, unit, digits, note }) {
  const figures =
    status === 'skipped'
      ? ''
      : ` ${number(value, digits)} (${wanted({ relation, target })}) ${unit}`;
  return `${status.padEnd(7)} ${name}:${figures}${note ? ` – ${note}` : ''}`;
}

/**
 * The body of docs/benchmarks/restorer.md, from the bench's result.json.
 *
 * @param {object} result
 * @param {{ file: string, digest: string, labels: readonly string[] }} result.model
 * @param {number | null} result.limit
 * @param {number} result.seconds
 * @param {readonly Gate[]} result.gates
 * @param {readonly string[]} result.failedLabels
 * @param {readonly { name: string, label: string, images: readonly MeasuredImage[] }[]} result.sets
 */
export function page({ model, limit, seconds, gates, failedLabels, sets }) {
  const failed = gates.filter(({ status }) => status === 'failed').length;
  const skipped = gates.filter(({ status }) => status === 'skipped').length;
  const images =
    limit === null ? 'all images of each set' : `the first ${limit} images of each set`;
  return `\`${model.file}\` (SHA-256 \`${model.digest.slice(0, 12)}…\`), labels ${model.labels.join(', ')}; ${images}, whole, label given, results rounded to 8 bits; one thread, ${Math.round(seconds / 60)} minutes.

**${gates.length} gates: ${gates.length - failed - skipped} passed, ${failed} failed, ${skipped} skipped.** Labels that fail: ${failedLabels.join(', ') || 'none'}.

| gate | target | value | | |
|---|---|---|---|---|
${gates.map(row).join('\n')}

| set (images) | label | input | restored | without a network |
|---|---|---|---|---|
${sets.map(setRow).join('\n')}

PSNR in dB / SSIM, RGB, means over images. Noise is seeded, clipped and rounded to 8 bits: the same noisy images for every method. BM3D is the Python package \`bm3d\`, on as many images as its cell says; the gate compares on those. The grid is the share of high-pass power that repeats every 4 pixels in the eight flattest 128x128 regions of a label's sets, less what white noise has there. The sensor calls an image by a label when it gives it a weight of 0.25 or more. The test sets are not part of the repository.`;
}

/** @param {Gate} gate */
function row({ name, status, relation, target, value, unit, digits, note }) {
  const word = status === 'failed' ? '**failed**' : status;
  const cells =
    status === 'skipped'
      ? ['', '']
      : [`${wanted({ relation, target })} ${unit}`.trim(), number(value, digits)];
  return `| ${[name, ...cells, word, note ?? ''].join(' | ')} |`;
}

function setRow(set) {
  const all = means(set);
  const cell = ({ psnr, ssim }) => `${number(psnr, 2)} / ${number(ssim, 3)}`;
  const rivals = Object.entries({ ...all, ...(all.host ? { 'host alone': all.host } : {}) })
    .filter(([way]) => !own.has(way))
    .map(([way, mean]) => {
      const part = mean.count === set.images.length ? '' : ` (${mean.count})`;
      return `${way}${part} ${cell(mean)}`;
    });
  const name = `${set.name} (${set.images.length})`;
  return `| ${[name, set.label, cell(all.input), `**${cell(all.restored)}**`, rivals.join('; ')].join(' | ')} |`;
}

/** @param {{ relation: Gate['relation'] | undefined, target: number | undefined }} gate */
function wanted({ relation, target }) {
  if (relation === undefined) return '';
  return `${signs[relation]} ${String(target).replace('-', '−')}`;
}
