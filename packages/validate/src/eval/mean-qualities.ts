import type { Quality } from '@pip-graft/imaging';
import type { Qualities } from './evaluation.ts';

/** The mean of each figure, null without images; gains are computed from the means. */
export function meanQualities(all: readonly Qualities[]): Qualities | null {
  if (all.length === 0) return null;
  const grafted = all.flatMap((one) => one.grafted ?? []);
  return withGain(
    mean(all.map((one) => one.input)),
    mean(all.map((one) => one.host)),
    grafted.length === 0 ? null : mean(grafted),
  );
}

/** Adds the gain of the graft over its host; two infinite figures give no gain. */
export function withGain(input: Quality, host: Quality, grafted: Quality | null): Qualities {
  const gain =
    grafted && combine((key) => (grafted[key] === host[key] ? 0 : grafted[key] - host[key]));
  return { input, host, grafted, gain };
}

function mean(all: readonly Quality[]): Quality {
  return combine((key) => all.reduce((sum, one) => sum + one[key], 0) / all.length);
}

function combine(of: (key: keyof Quality) => number): Quality {
  return { psnr: of('psnr'), ssim: of('ssim'), psnrY: of('psnrY'), ssimY: of('ssimY') };
}
