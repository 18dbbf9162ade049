import { psnr, roundToEightBits } from '../../../packages/imaging/dist/index.js';
import { ssim } from '../../../packages/imaging/dist/metrics/quality.js';
import { readFigures, restoredBefore } from './bm3d.mjs';
import { classical } from './classical/index.mjs';
import { crop } from './crop.mjs';
import { digestOf } from './eight-bits.mjs';
import { flatGrid } from './grid.mjs';
import { images } from './sets.mjs';

/** @import { Image } from '../../../packages/imaging/dist/index.js' */
/** @import { PublicSet } from './sets.mjs' */
/** @import { Subject } from './subject.mjs' */

/** @typedef {{ readonly psnr: number, readonly ssim: number }} Quality */
/** @typedef {{ readonly name: string, readonly ways: Readonly<Record<string, Quality>> }} MeasuredImage */
/** @typedef {{ readonly image: Image, readonly psnr?: number | undefined, readonly found?: string }} Shown */
/** @typedef {{ readonly file: string, readonly ways: Readonly<Record<string, Shown>> }} ShownImage */
/** @typedef {ReturnType<typeof flatGrid>} Flat */

/**
 * @typedef {object} MeasuredSet
 * @property {string} name
 * @property {string} label
 * @property {MeasuredImage[]} images
 * @property {Flat[]} flats
 * @property {ShownImage[]} shown
 */

/** How many images of a set are kept for its contact sheet. */
const shown = 6;

/**
 * PSNR and SSIM of a set, image by image: the input, the model's output with the set's label, the
 * host's (noise only: strength 0), and the methods that need no network.
 *
 * @param {Subject} subject
 * @param {PublicSet} set
 * @param {number} limit
 */
export async function measureSet(subject, set, limit) {
  const { name, label, sigma } = set;
  const figures = sigma === undefined ? {} : readFigures();
  /** @type {MeasuredSet} */
  const measured = { name, label, images: [], flats: [], shown: [] };
  for await (const { name: file, input, target } of images(set, limit)) {
    const restored = roundToEightBits(await subject.restore(input, { label }));
    /** @type {Record<string, Image>} */
    const made = { input, restored };
    if (sigma !== undefined)
      made.host = roundToEightBits(await subject.restore(input, { label, strength: 0 }));
    for (const [way, filter] of Object.entries(classical[label]))
      made[way] = roundToEightBits(filter(input));
    /** @type {Record<string, Quality>} */
    const ways = Object.fromEntries(
      Object.entries(made).map(([way, image]) => [way, quality(image, target)]),
    );
    const known = sigma === undefined ? undefined : figures[digestOf(input)];
    if (known) ways.BM3D = { psnr: known.psnr, ssim: known.ssim };
    measured.images.push({ name: file, ways });
    measured.flats.push(flatGrid(restored, target));
    if (measured.shown.length < shown) {
      const bm3d = known && sigma !== undefined ? restoredBefore(input, sigma) : undefined;
      measured.shown.push(crops(file, ways, { ...made, ...(bm3d ? { BM3D: bm3d } : {}), target }));
    }
  }
  return measured;
}

/**
 * @param {Image} image
 * @param {Image} target
 * @returns {Quality}
 */
export function quality(image, target) {
  return { psnr: psnr(image, target), ssim: ssim(image, target) };
}

/**
 * Means over the images that have a way, by way.
 *
 * @param {{ readonly images: readonly MeasuredImage[] }} measured
 * @returns {Record<string, Quality & { readonly count: number }>}
 */
export function means({ images: rows }) {
  const ways = new Set(rows.flatMap((row) => Object.keys(row.ways)));
  return Object.fromEntries(
    [...ways].map((way) => {
      const found = rows.map((row) => row.ways[way]).filter((value) => value !== undefined);
      const mean = (key) => found.reduce((sum, value) => sum + value[key], 0) / found.length;
      return [way, { psnr: mean('psnr'), ssim: mean('ssim'), count: found.length }];
    }),
  );
}

/**
 * @param {string} file
 * @param {Readonly<Record<string, Quality>>} ways
 * @param {Readonly<Record<string, Image>>} made
 * @returns {ShownImage}
 */
function crops(file, ways, made) {
  const cut = Object.entries(made).map(([way, image]) => [
    way,
    { image: crop(image, 256), psnr: ways[way]?.psnr },
  ]);
  return { file, ways: Object.fromEntries(cut) };
}
