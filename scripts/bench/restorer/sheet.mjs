import { join } from 'node:path';
import { loadSharp } from '../../../packages/restore/dist/index.js';
import { toBytes } from './eight-bits.mjs';

/** @import { ShownImage } from './measure-set.mjs' */

const side = 256;
const caption = 18;
const gap = 4;
const first = ['input', 'restored', 'target'];

/**
 * Contact sheets, one PNG per set, with one row per image at 100 %: input, restored, target, then
 * the competitor with the best PSNR.
 *
 * @param {string} folder
 * @param {readonly { name: string, shown: readonly ShownImage[] }[]} sets
 * @returns the files written
 */
export async function writeSheets(folder, sets) {
  const files = [];
  for (const { name, shown } of sets.filter((set) => set.shown.length > 0)) {
    const file = join(folder, `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.png`);
    await writeSheet(file, shown.map(columnsOf));
    files.push(file);
  }
  return files;
}

/** @param {ShownImage} shown */
function columnsOf({ file, ways }) {
  const known = first.filter((way) => ways[way]);
  const rivals = Object.keys(ways).filter((way) => !first.includes(way));
  const psnr = (way) => ways[way].psnr ?? Number.NEGATIVE_INFINITY;
  const rated = rivals.filter((way) => ways[way].psnr !== undefined);
  const best = rated.sort((a, b) => psnr(b) - psnr(a)).slice(0, 1);
  const shown = rated.length > 0 ? best : rivals;
  return [...known, ...shown].map((way) => ({ way, file, ...ways[way] }));
}

/**
 * @param {string} file
 * @param {readonly ReturnType<typeof columnsOf>[]} rows
 */
async function writeSheet(file, rows) {
  const sharp = await loadSharp();
  const columns = Math.max(...rows.map((row) => row.length));
  const [wide, high] = [side + gap, side + caption + gap];
  const parts = [];
  for (const [y, row] of rows.entries())
    for (const [x, { image, ...words }] of row.entries()) {
      const { width, height } = image;
      const raw = { width, height, channels: /** @type {const} */ (3) };
      const [left, top] = [x * wide, y * high];
      parts.push({ input: text(words), left, top });
      parts.push({ input: Buffer.from(toBytes(image)), raw, left, top: top + caption });
    }
  const size = { width: columns * wide, height: rows.length * high };
  const sheet = sharp({ create: { ...size, channels: 3, background: '#202020' } });
  await sheet.composite(parts).png().toFile(file);
}

/** @param {{ way: string, file: string, psnr?: number | undefined, found?: string }} words */
function text({ way, file, psnr, found }) {
  const quality = psnr === undefined ? '' : ` ${psnr.toFixed(2)} dB`;
  const words = `${way}${quality}${found ? `: ${found}` : ''}${way === 'input' ? ` · ${file}` : ''}`;
  const safe = words.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${caption}"><text x="2" y="13" font-family="sans-serif" font-size="11" fill="#fff">${safe}</text></svg>`,
  );
}
