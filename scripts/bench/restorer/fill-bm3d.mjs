import { present } from '../../present.mjs';
import { bm3d, keepFigures, readFigures, withoutBm3d } from './bm3d.mjs';
import { digestOf } from './eight-bits.mjs';
import { images, noiseSets } from './sets.mjs';

/** Computes BM3D for the first `limit` images of each noisy set that have no figures yet. */
export async function fillBm3d(limit, onLine) {
  if (limit === 0) return;
  const why = withoutBm3d();
  if (why !== undefined) {
    onLine(`BM3D is skipped: ${why}.`);
    return;
  }
  for (const set of noiseSets)
    for await (const { name, input, target } of images(set, limit)) {
      if (readFigures()[digestOf(input)]) continue;
      const made = present(bm3d(input, set.sigma, { compute: true }), name);
      const { psnr, ssim } = keepFigures(input, made, { set: set.name, name, target });
      onLine(`BM3D, ${set.name}, ${name}: ${psnr.toFixed(2)} dB, ${ssim.toFixed(3)}`);
    }
}
