import { freemem } from 'node:os';
import { GraftError } from '@pip-graft/onnx-graft';
import type { ImageSize } from '../subject/images.ts';
import type { Check, Subject } from '../subject/subject.ts';
import { skipped } from '../verdict.ts';
import { peakMemory } from './memory.ts';

/** Largest and smallest side to try, in pixels. */
const [most, first] = [8192, 256];
/** Share of the free memory that the next attempt may need. */
const share = 0.8;
/** Longest attempt in milliseconds, loading included, before the search stops. */
const patience = 60_000;

/** Finds the largest square image that the graft restores whole on this machine, doubling the pixels until it fails. */
export const largest: Check = {
  name: 'largest image',
  async run(subject) {
    const { input, device, multiple } = subject;
    if (input.dims.slice(2).some((dim) => typeof dim === 'number')) {
      return skipped('The host only accepts one image size.');
    }
    let good: ImageSize | undefined;
    let stoppedBy = `the search limit of ${most} pixels a side`;
    const sides = sidesToTry(multiple);
    for (const [at, side] of sides.entries()) {
      const size = { width: side, height: side };
      const { bytes, milliseconds, fault } = await attempt(subject, size);
      if (fault !== undefined) {
        stoppedBy = fault;
        break;
      }
      good = size;
      subject.onStep?.(at, sides.length - 1);
      if (at === sides.length - 1) break;
      const next = `${sides[at + 1]} pixels a side`;
      // Free device memory is unknown, so on a device only a failure ends the search.
      if (device === 'cpu' && 2 * bytes > share * freemem()) {
        stoppedBy = `memory: ${next} would take about ${((2 * bytes) / 1e9).toFixed(1)} GB of ${(freemem() / 1e9).toFixed(1)} GB free`;
        break;
      }
      if (2 * milliseconds > patience) {
        stoppedBy = `time: ${next} would take about ${Math.round((2 * milliseconds) / 1000)} s`;
        break;
      }
    }
    return {
      status: good === undefined ? 'failed' : 'passed',
      measured: good?.width ?? 'none',
      limit: null,
      detail: `Side in pixels of the largest square image restored whole; search stopped by ${stoppedBy}.`,
      ...(good === undefined ? {} : { figures: { largest: { ...good, stoppedBy } } }),
    };
  },
};

/**
 * Sides in pixels, each with twice the pixels of the one before, up to the limit itself.
 *
 * @example sidesToTry(8).slice(0, 3) // [256, 360, 512]
 */
export function sidesToTry(multiple: number): number[] {
  // Multiplied by √2 again and again, the last side would end just above the limit.
  return Array.from(
    { length: 2 * Math.log2(most / first) + 1 },
    (_, half) => Math.round((first * 2 ** (half / 2)) / multiple) * multiple,
  );
}

async function attempt(subject: Subject, { width, height }: ImageSize) {
  const start = performance.now();
  try {
    const dims = { [subject.input.name]: [1, 3, height, width] };
    const options = subject.options('grafted', { level: 'all' });
    const bytes = await peakMemory(subject.grafted, dims, options, subject.behindDoor);
    return { bytes, milliseconds: performance.now() - start, fault: undefined };
  } catch (error) {
    if (!(error instanceof GraftError) || error.code !== 'RUNTIME_FAILED') throw error;
    return { bytes: 0, milliseconds: 0, fault: error.message };
  }
}
