import { deepestScale } from '@pip-graft/imaging';
import { graphFacts } from '@pip-graft/onnx-graft';
import type { TileGap } from '@pip-graft/restore';
import { defaultOverlap, tileGap } from '@pip-graft/restore';
import { fitted, type ImageSize } from '../subject/images.ts';
import type { Check, Subject } from '../subject/subject.ts';
import { figure, skipped } from '../verdict.ts';

/**
 * Measures how far an image restored in tiles is from the same image restored whole. Networks that
 * pool over the whole image always leave a gap; people decide how much is too much.
 */
export const tiles: Check = {
  name: 'tiles',
  async run(subject) {
    const { input, tiles: wanted, multiple } = subject;
    if (wanted === undefined) return skipped('No tile size was given.');
    if (input.dims.slice(2).some((dim) => typeof dim === 'number')) {
      return skipped('The host only accepts one image size.');
    }
    const tile = Math.ceil(wanted.tile / multiple) * multiple;
    const overlap = wanted.overlap ?? defaultOverlap(tile);
    const tileStep = deepestScale(graphFacts(subject.grafted));
    const gaps: TileGap[] = [];
    for (const side of ['host', 'grafted'] as const) {
      const session = await subject.session(side, { level: 'all' });
      const image = fitted(subject.image, sizeFor(subject, tile));
      const parts = side === 'grafted' ? subject.parts() : undefined;
      try {
        const cut = { tile, overlap, sizeMultiple: multiple, tileStep, parts };
        gaps.push({ side, ...(await tileGap(session, image, cut)) });
      } finally {
        await parts?.release();
      }
    }
    const [host, grafted] = gaps as [TileGap, TileGap];
    const decibels = ({ psnr }: TileGap): string =>
      psnr === null ? 'equal' : `${psnr.toFixed(1)} dB`;
    return {
      status: 'passed',
      measured: grafted.psnr === null ? 'equal' : figure(grafted.psnr),
      limit: null,
      detail: `PSNR in dB of a ${grafted.width}x${grafted.height} image restored in tiles of ${tile} with an overlap of ${overlap}, against the same image restored whole: ${decibels(grafted)}; host alone: ${decibels(host)}. No limit.`,
      figures: { tiles: gaps },
    };
  },
};

/** The image's own size if it needs several tiles, otherwise a size that fits two in each direction. */
function sizeFor({ image }: Subject, tile: number): ImageSize {
  const enough = (side: number): number => (side > tile ? side : 2 * tile);
  return { width: enough(image.width), height: enough(image.height) };
}
