import { argument } from '@pip-graft/onnx-graft';
import { readyFeeds } from '@pip-graft/runtime';
import { compareLayers } from '../layers/compare-layers.ts';
import { fitted } from '../subject/images.ts';
import type { Check } from '../subject/subject.ts';
import { figure, skipped } from '../verdict.ts';

/** Compares every inner tensor of the graft on the device with the CPU and finds where errors start. */
export const layers: Check = {
  name: 'layers',
  async run(subject) {
    const odd = subject.grafted.graph.nodes
      .flatMap(({ outputs }) => outputs)
      .find((name) => !argument.isPlainName(name));
    if (odd !== undefined)
      return skipped(
        `The name '${odd}' of an inner tensor has bytes that are not UTF-8, or a zero byte, and onnxruntime's binding cannot fetch it; export the host again with plain names.`,
      );
    const { device, timing, computes, tolerances, threads } = subject;
    const images = [fitted(subject.image, timing.size)];
    const session = await subject.session('grafted', { level: 'disabled', device: 'cpu' });
    const ready = readyFeeds(session, subject.feeds('grafted', { images }));
    const feeds = subject.nativeFeeds(ready);
    const options = subject.options('grafted', { level: 'all', precision: 'float32' });
    const precision = computes === 'float16' ? 'float16' : 'float32';
    const found = await compareLayers(subject.grafted, {
      device,
      feeds,
      limit: tolerances.layers[precision],
      ...(options.deviceId === undefined ? {} : { deviceId: options.deviceId }),
      ...(options.isolation === undefined ? {} : { isolation: options.isolation }),
      ...(threads === undefined ? {} : { threads }),
      ...(subject.onStep === undefined ? {} : { onSlice: subject.onStep }),
    });
    const beginnings = found.rows.filter(({ begins }) => begins);
    const worst = found.rows.reduce((most, { relative }) => (relative > most ? relative : most), 0);
    const first = beginnings
      .slice(0, 3)
      .map(
        (row) =>
          `${row.opType} '${row.node}' (${row.relative.toExponential(1)}, ${row.own.toExponential(1)} from its own slice)`,
      );
    return {
      status: beginnings.length === 0 ? 'passed' : 'failed',
      measured: figure(beginnings.length === 0 ? worst : (beginnings[0]?.relative ?? worst)),
      limit: found.limit,
      detail: `Largest difference of an inner tensor between ${device} and CPU, relative to its largest value; ${found.compared} tensors in ${found.slices} slices.${first.length === 0 ? '' : ` Errors start at ${first.join('; ')}.`}`,
      figures: { layers: found },
    };
  },
};
