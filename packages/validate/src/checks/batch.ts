import { difference, type Image } from '@pip-graft/imaging';
import { oneHot } from '@pip-graft/pip-core';
import { toFloat32 } from '@pip-graft/weights';
import { fitted, noise } from '../subject/images.ts';
import type { Check, Subject } from '../subject/subject.ts';
import { atMost, skipped } from '../verdict.ts';

/** Checks that images in a batch do not affect each other and that one row of weights applies to all. */
export const batch: Check = {
  name: 'batch rows',
  async run(subject) {
    if (!subject.batches.includes(2)) return skipped('The host only accepts batches of one image.');
    const size = subject.sizes[0]!;
    const images = [fitted(subject.image, size), noise(size, 2)] as const;
    const rows = twoRows(subject);
    const together = await subject.run('grafted', { images, ...(rows && { rows }) });
    let worst = 0;
    for (const [index, image] of images.entries()) {
      const alone = await subject.run('grafted', {
        images: [image],
        ...(rows && { rows: [rows[index]!] }),
      });
      worst = larger(worst, apart(rowOf(together.output, index), alone.output));
    }
    const mixed = worst > subject.tolerances.batch ? await mixedByHost(subject, images) : 0;
    if (mixed > subject.tolerances.batch) {
      return skipped(
        `The host itself mixes the images of a batch, as dynamically quantised ones do: without the graft, an image in a batch differs from the same image alone by ${mixed.toExponential(1)}. Restore images one by one.`,
      );
    }
    if (rows) {
      const shared = await subject.run('grafted', { images, rows: [rows[0]!] });
      const repeated = await subject.run('grafted', { images, rows: [rows[0]!, rows[0]!] });
      worst = larger(worst, apart(shared.output, repeated.output));
    }
    return atMost(
      worst,
      subject.tolerances.batch,
      `Largest relative difference between two images in one batch${rows ? ', each with its own label,' : ''} and each image alone${rows ? '; also between one row of weights for both and that row twice' : ''}.`,
    );
  },
};

/** Largest relative difference between images in one batch and each alone, without the graft. */
async function mixedByHost(subject: Subject, images: readonly Image[]): Promise<number> {
  const together = await subject.run('host', { images });
  let worst = 0;
  for (const [index, image] of images.entries()) {
    const alone = await subject.run('host', { images: [image] });
    worst = larger(worst, apart(rowOf(together.output, index), alone.output));
  }
  return worst;
}

function twoRows({ graft }: Subject): [number[], number[]] | undefined {
  // With parts of images in the batch, a row per image has no meaning.
  if (graft.inputs === null || graft.host.image?.inParts) return undefined;
  const count = graft.labels.length;
  return [oneHot(count, 0), oneHot(count, count - 1)];
}

type Tensor = Parameters<typeof toFloat32>[0];

function rowOf(tensor: Tensor, index: number): Tensor {
  const { dims, data } = toFloat32(tensor);
  const size = data.length / dims[0]!;
  const row = data.slice(index * size, (index + 1) * size);
  return { type: 'float32', dims: [1, ...dims.slice(1)], data: row };
}

function apart(a: Tensor, b: Tensor): number {
  const { maxAbs, peak } = difference(toFloat32(a), toFloat32(b));
  return maxAbs === 0 ? 0 : maxAbs / peak;
}

/** NaN wins. */
function larger(a: number, b: number): number {
  return Number.isNaN(b) || b > a ? b : a;
}
