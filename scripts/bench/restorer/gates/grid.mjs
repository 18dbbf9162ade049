import { gate, skipped } from '../gate.mjs';

/** @import { MeasuredSet } from '../measure-set.mjs' */

const regions = 8;
/** Mean absolute gradient in levels of 255 above which a region is not flat. */
const flat = 3;

/**
 * High-pass power at the pixel shuffle's period in the flattest regions of the output, by label.
 *
 * @param {readonly string[]} labels
 * @param {readonly MeasuredSet[]} sets
 */
export function gridGates(labels, sets) {
  return labels.map((label) => {
    const name = `grid in flat regions, ${label}`;
    const flats = sets
      .filter((set) => set.label === label)
      .flatMap((set) => set.flats)
      .filter(({ gradient }) => gradient <= flat)
      .sort((a, b) => a.gradient - b.gradient)
      .slice(0, regions);
    if (flats.length === 0) return skipped(name, label, 'no flat region in its sets');
    const mean = (key) => (100 * flats.reduce((sum, each) => sum + each[key], 0)) / flats.length;
    const note = `${flats.length} regions; ${mean('target').toFixed(2)} % in the targets`;
    const row = { name, label, target: 2, value: mean('restored'), unit: '%', note };
    return gate({ ...row, relation: 'at most' });
  });
}
