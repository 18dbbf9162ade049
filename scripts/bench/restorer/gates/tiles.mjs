import { join } from 'node:path';
import { autoTile, psnr, roundToEightBits } from '../../../../packages/imaging/dist/index.js';
import { loadSharp } from '../../../../packages/restore/dist/index.js';
import { fromBytes } from '../eight-bits.mjs';
import { gate } from '../gate.mjs';
import { noisy } from '../noise.mjs';
import { testData } from '../sets.mjs';

/** @import { Subject } from '../subject.mjs' */

/**
 * The largest available image of each label, enlarged to 2 megapixels.
 *
 * @type {Record<string, string>}
 */
const sources = {
  noise: 'deblur/gopro6/target/0.png',
  rain: 'real/rain/60.jpg',
  haze: 'real/haze/canyon.png',
  blur: 'deblur/gopro6/input/0.png',
  'low-light': 'real/lowlight/10.png',
};
const pixels = 2e6;

/**
 * Restored in tiles against restored whole, at 2 megapixels, by label. The tile is what `graft
 * restore` chooses with memory to spare, or half the longer side if it would not use tiles.
 *
 * @param {Subject} subject
 */
export async function tileGates(subject) {
  const gates = [];
  for (const label of subject.labels.filter((each) => sources[each])) {
    const large = await enlarged(join(testData, sources[label]));
    const image = label === 'noise' ? noisy(large, 'tiles', 25) : large;
    const automatic = autoTile(image, { ...subject, available: Number.POSITIVE_INFINITY });
    const half = Math.ceil(Math.max(image.width, image.height) / 2);
    const tile = Number.isFinite(automatic) ? automatic : half;
    const whole = roundToEightBits(await subject.restore(image, { label }));
    const tiled = roundToEightBits(await subject.tiled(image, { label }, tile));
    const kept = Number.isFinite(automatic) ? '' : '; automatic takes it whole, half was tried';
    const note = `${image.width}x${image.height} in tiles of ${tile}${kept}`;
    const row = { name: `tiled against whole, ${label}`, label, target: 45, unit: 'dB', note };
    const value = Math.min(99, psnr(tiled, whole));
    gates.push(gate({ ...row, relation: 'at least', value }));
  }
  return gates;
}

async function enlarged(path) {
  const sharp = await loadSharp();
  const { width, height } = await sharp(path).metadata();
  const scale = Math.sqrt(pixels / (width * height));
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  const { data } = await sharp(path)
    .toColourspace('srgb')
    .removeAlpha()
    .resize(wide, high, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return fromBytes(data, wide, high);
}
