// BM3D, from the Python package, as the competitor for noise. It takes minutes per image, so
// results are kept: images under out/bench-cache/bm3d, figures in bm3d.json beside this file.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { psnr } from '../../../packages/imaging/dist/index.js';
import { ssim } from '../../../packages/imaging/dist/metrics/quality.js';
import { root } from '../../install.mjs';
import { digestOf, fromBytes, toBytes } from './eight-bits.mjs';

/** @import { Image } from '../../../packages/imaging/dist/index.js' */
/** @import { Planes } from './classical/planes.mjs' */
/** @typedef {{ readonly set: string, readonly name: string, readonly psnr: number, readonly ssim: number }} Figures */

const cache = join(root, 'out/bench-cache/bm3d');
const script = join(root, 'scripts/bench/restorer/run_bm3d.py');
const figuresFile = join(root, 'scripts/bench/restorer/bm3d.json');
const usual = 'python3';

/**
 * Figures of BM3D by the digest of the noisy image.
 *
 * @returns {Record<string, Figures>}
 */
export function readFigures(file = figuresFile) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** Why BM3D cannot be computed here; undefined if it can. */
export function withoutBm3d(python = usual) {
  const { status, error } = spawnSync(python, ['-c', 'import bm3d, numpy'], { stdio: 'ignore' });
  if (error !== undefined) return `${python} does not start`;
  return status === 0 ? undefined : `${python} has no packages bm3d and numpy`;
}

/**
 * BM3D's output for a noisy image, from the cache. If it is missing, computes it if `compute` is
 * true, else returns undefined.
 *
 * @param {Planes} noisy
 * @param {number} sigma
 * @param {{ compute: boolean }} options
 */
export function bm3d(noisy, sigma, { compute }) {
  const { width, height } = noisy;
  const file = join(cache, `${digestOf(noisy)}-${sigma}.rgb`);
  if (!existsSync(file)) {
    if (!compute) return undefined;
    mkdirSync(cache, { recursive: true });
    const [source, made] = [`${file}.in`, `${file}.part`];
    writeFileSync(source, toBytes(noisy));
    const args = [script, sigma, source, made, width, height].map(String);
    const { status, stderr } = spawnSync(usual, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`run_bm3d.py failed:\n${stderr}`);
    renameSync(made, file);
  }
  return fromBytes(readFileSync(file), width, height);
}

/**
 * Adds the figures of one image to the file of figures; they stay sorted, so that diffs are small.
 *
 * @param {Planes} noisy
 * @param {Planes} made
 * @param {{ readonly set: string, readonly name: string, readonly target: Planes }} of
 */
export function keepFigures(noisy, made, { set, name, target }, file = figuresFile) {
  const figures = readFigures(file);
  const round = (value, digits) => Number(value.toFixed(digits));
  const [a, b] = [eightBits(made), eightBits(target)];
  const kept = { set, name, psnr: round(psnr(a, b), 4), ssim: round(ssim(a, b), 5) };
  figures[digestOf(noisy)] = kept;
  const order = ([, a], [, b]) =>
    a.set.localeCompare(b.set, 'en') || a.name.localeCompare(b.name, 'en');
  const sorted = Object.fromEntries(Object.entries(figures).sort(order));
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
  return kept;
}

/**
 * @param {Planes} image
 * @returns {Image}
 */
function eightBits(image) {
  return { ...image, bitDepth: 8 };
}

/**
 * BM3D's output for a noisy image, if it is cached.
 *
 * @param {Planes} noisy
 * @param {number} sigma
 */
export function restoredBefore(noisy, sigma) {
  return bm3d(noisy, sigma, { compute: false });
}
