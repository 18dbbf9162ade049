import { freemem } from 'node:os';
import { GraftError } from '@pip-graft/onnx-graft';
import { peakMemory } from '../compare/peak-memory.ts';
import type { ImageSize } from '../subject/images.ts';
import type { Check, Subject } from '../subject/subject.ts';
import { skipped } from '../verdict.ts';

/** Pixels a side beyond which nobody asks; and the first that is tried. */
const [most, first] = [8192, 256];
/** Of the memory that is free, what the next try may be expected to take. */
const share = 0.8;
/** Milliseconds for a try, loading included, after which larger ones are not worth waiting for. */
const patience = 60_000;

/** The largest square image that the graft restores whole, here and now: twice the pixels each time until it does not. */
export const largest: Check = {
  name: 'largest image',
  async run(subject) {
    const { input, device, multiple } = subject;
    if (input.dims.slice(2).some((dim) => typeof dim === 'number')) {
      return skipped('The host takes images of one size only.');
    }
    let good: ImageSize | undefined;
    let stoppedBy = `nothing: ${most} pixels a side are the most that is tried`;
    for (let side = first; side <= most; side *= Math.SQRT2) {
      const even = Math.round(side / multiple) * multiple;
      const size = { width: even, height: even };
      const { bytes, milliseconds, fault } = await attempt(subject, size);
      if (fault !== undefined) {
        stoppedBy = fault;
        break;
      }
      good = size;
      subject.onStep?.(Math.log2(side / first), Math.log2(most / first));
      const next = `${Math.round((side * Math.SQRT2) / multiple) * multiple} pixels a side`;
      // How much a device has left is not known; there the fault itself ends the search.
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
      detail: `Largest square image that is restored whole, in pixels a side; stopped by ${stoppedBy}.`,
      ...(good === undefined ? {} : { figures: { largest: { ...good, stoppedBy } } }),
    };
  },
};

async function attempt(subject: Subject, { width, height }: ImageSize) {
  const start = performance.now();
  try {
    const dims = { [subject.input.name]: [1, 3, height, width] };
    const options = subject.options('grafted', { level: 'all' });
    const bytes = await peakMemory(subject.grafted, dims, options);
    return { bytes, milliseconds: performance.now() - start, fault: undefined };
  } catch (error) {
    if (!(error instanceof GraftError) || error.code !== 'RUNTIME_FAILED') throw error;
    return { bytes: 0, milliseconds: 0, fault: error.message };
  }
}
