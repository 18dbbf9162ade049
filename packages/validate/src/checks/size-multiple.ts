import { GraftError } from '@pip-graft/onnx-graft';
import { fitted, type ImageSize } from '../subject/images.ts';
import type { Check, Side, Subject } from '../subject/subject.ts';
import { type SizeFigures, skipped } from '../verdict.ts';

type Tried = SizeFigures['tried'][number];

/**
 * Finds the number that both image sides must be multiples of, by running the model: its multiples
 * work (odd sizes too if it is 1), and for every smaller divisor some multiple fails. The graft must
 * not need a larger multiple than its host.
 */
export const sizeMultiple: Check = {
  name: 'size multiple',
  async run(subject) {
    const { input, multiple } = subject;
    if (input.dims.slice(2).every((dim) => typeof dim === 'number')) {
      return skipped('The host only accepts one image size.');
    }
    const sizes = sizesToTry(multiple);
    const host = await tryAll(subject, 'host', sizes);
    const grafted = await tryAll(subject, 'grafted', sizes);
    const [needed, found] = [smallest(host, multiple), smallest(grafted, multiple)];
    const good = found !== undefined && found === needed;
    return {
      status: good ? 'passed' : 'failed',
      measured: found ?? 'none',
      limit: needed ?? 'none',
      detail: `Smallest number whose multiples the graft accepts as image sides; the limit is the host's. ${proof(grafted, found ?? multiple)}`,
      figures: found === undefined ? {} : { sizes: { multiple: found, tried: grafted } },
    };
  },
};

/** Three multiples and, between them, sizes that are multiples of a smaller divisor only. */
function sizesToTry(multiple: number): ImageSize[] {
  const base = Math.max(1, Math.ceil(32 / multiple)) * multiple;
  const divisors = Array.from({ length: multiple }, (_, i) => i + 1).filter(
    (divisor) => multiple % divisor === 0,
  );
  const odd = multiple === 1 ? [1, 2, 3, 4, 5, 6, 7, 8, 15] : [];
  const steps = [0, multiple, 3 * multiple, ...divisors, ...odd];
  const sides = [...new Set(steps.map((step) => base + step)), multiple];
  return [...new Set(sides)].sort((a, b) => a - b).map((side) => ({ width: side, height: side }));
}

async function tryAll(subject: Subject, side: Side, sizes: readonly ImageSize[]): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const [at, size] of sizes.entries()) {
    subject.onStep?.(at, sizes.length);
    const fault = await faultOf(subject, side, size);
    tried.push({ ...size, batch: 1, ...(fault === undefined ? {} : { fault }) });
  }
  return tried;
}

async function faultOf(subject: Subject, side: Side, size: ImageSize): Promise<string | undefined> {
  try {
    const images = [fitted(subject.image, size)];
    const { output } = await subject.run(side, { images });
    const [, , height, width] = output.dims;
    if (height === size.height && width === size.width) return undefined;
    return `the output is ${width}x${height}`;
  } catch (error) {
    if (error instanceof GraftError && error.code === 'RUNTIME_FAILED') return error.message;
    throw error;
  }
}

/** Smallest divisor whose multiples all work, leaving out images too small for any multiple. */
function smallest(tried: readonly Tried[], multiple: number): number | undefined {
  for (let divisor = 1; divisor <= multiple; divisor++) {
    if (multiple % divisor !== 0) continue;
    const own = tried.filter(({ width }) => width % divisor === 0 && width > multiple);
    if (own.length > 0 && own.every(({ fault }) => fault === undefined)) return divisor;
  }
  return undefined;
}

function proof(tried: readonly Tried[], multiple: number): string {
  const sides = (good: boolean): string =>
    tried
      .filter(({ fault }) => (fault === undefined) === good)
      .map(({ width }) => width)
      .join(', ');
  const refused = sides(false);
  return `Sides that work: ${sides(true)}${refused === '' ? '; none failed' : `; failed: ${refused}`}${multiple === 1 ? ' (any size)' : ''}.`;
}
