import { gate, skipped } from '../gate.mjs';
import { means } from '../measure-set.mjs';
import { number } from '../number.mjs';
import { noiseSets, pairSets } from '../sets.mjs';

/** @import { Gate } from '../gate.mjs' */
/** @import { MeasuredImage } from '../measure-set.mjs' */
/** @import { PublicSet } from '../sets.mjs' */

const hint = 'npm run bench -- restorer --bm3d-limit 8 computes them';

/**
 * The gates of one public test set.
 *
 * @param {Omit<PublicSet, 'folder'>} set
 * @param {{ readonly images: readonly MeasuredImage[] } | undefined} measured undefined if the
 *   model has no such label
 * @returns {Gate[]}
 */
export function setGates(set, measured) {
  const { name, label } = set;
  if (measured === undefined) return [skipped(name, label, 'the model has no such label')];
  return set.sigma === undefined ? pairGates(set, means(measured)) : noiseGates(set, measured);
}

/** @type {PublicSet[]} */
export const publicSets = [...noiseSets, ...pairSets];

/**
 * @param {Omit<PublicSet, 'folder'>} set
 * @param {ReturnType<typeof means>} ways
 */
function pairGates({ name, label, psnr, ssim, gain }, { input, restored }) {
  /** @type {Gate[]} */
  const gates = [];
  if (psnr !== undefined) {
    const value = restored.psnr;
    gates.push(gate({ name, label, relation: 'at least', target: psnr, value, unit: 'dB' }));
  }
  if (ssim !== undefined) {
    const value = restored.ssim;
    const row = { name: `${name}, SSIM`, label, target: ssim, value, digits: 3 };
    gates.push(gate({ ...row, relation: 'at least' }));
  }
  if (gain !== undefined) {
    const value = restored.psnr - input.psnr;
    const row = { name: `${name}, above the input`, label, target: gain, value, unit: 'dB' };
    gates.push(gate({ ...row, relation: 'at least' }));
  }
  return gates;
}

/**
 * Compares with BM3D on the images that it was computed for, and with the host on all.
 *
 * @param {Omit<PublicSet, 'folder'>} set
 * @param {{ readonly images: readonly MeasuredImage[] }} measured
 */
function noiseGates({ name, label, sigma = 0 }, measured) {
  const rows = measured.images.filter(({ ways }) => ways.BM3D);
  const title = `${name}, against BM3D`;
  const rival = {
    name: title,
    label,
    unit: 'dB',
    note: `on ${rows.length} of ${measured.images.length} images`,
  };
  const both = means({ images: rows });
  const bm3d =
    rows.length === 0
      ? skipped(title, label, `no figures of BM3D for these images; ${hint}`)
      : gate({
          ...rival,
          ...(sigma < 50
            ? { relation: 'at least', target: -0.5 }
            : { relation: 'above', target: 0 }),
          value: both.restored.psnr - both.BM3D.psnr,
        });
  const gaps = measured.images.map(({ ways }) => ways.restored.psnr - ways.host.psnr);
  const value = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const note = `worst image ${number(Math.min(...gaps), 2)} dB`;
  const host = { name: `${name}, against the host`, label, target: 0, value, unit: 'dB', note };
  return [bm3d, gate({ ...host, relation: 'at least' })];
}
