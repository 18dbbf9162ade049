// npm run site-images: degrades the repository's image, restores it with @pip-graft/restorer and writes
// what the site and the README show, with the PSNR of each, to docs/public/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { degrade, psnr } from '../packages/imaging/dist/index.js';
import { encodeImage, Restorer, readImage } from '../packages/restore/dist/index.js';
import { build, install, root } from './install.mjs';

/** @import { ImageOrigin } from '../packages/imaging/dist/index.js' */

install();
build();
const folder = join(root, 'docs/public/before-after');
mkdirSync(folder, { recursive: true });
const clean = await readImage(join(root, 'assets/chelsea.jpg'));
const restorer = await Restorer.open(join(root, 'packages/restorer/model.onnx'));
const figures = {};
const sheet = [];
for (const label of /** @type {const} */ (['noise', 'rain', 'haze', 'low-light'])) {
  const input = degrade(clean, label, 7);
  const { image } = await restorer.restore(await encodeImage(input, 'png'), { [label]: 1 });
  for (const [name, shown] of Object.entries({ before: input, after: image })) {
    // Guides restore the degraded images, so they are lossless: lossy WebP smooths noise.
    /** @type {ImageOrigin} */
    const origin = name === 'before' ? { lossless: true } : {};
    const bytes = await encodeImage({ ...shown, origin }, 'webp', { quality: 82 });
    writeFileSync(join(folder, `${label}-${name}.webp`), bytes);
    const left = Object.keys(figures).length * clean.width;
    sheet.push({ input: bytes, left, top: name === 'before' ? 0 : clean.height });
  }
  figures[label] = { before: round(psnr(input, clean)), after: round(psnr(image, clean)) };
}
await restorer.close();
const { width, height } = clean;
const size = { width: 4 * width, height: 2 * height };
await sharp({ create: { ...size, channels: 3, background: 'white' } })
  .composite(sheet)
  .webp({ quality: 82 })
  .toFile(join(folder, 'all.webp'));
writeFileSync(join(folder, 'figures.json'), `${JSON.stringify(figures, null, 2)}\n`);
console.log(figures);

function round(value) {
  return Number(value.toFixed(1));
}
