import type { Gap } from '@pip-graft/imaging';
import type { ValidationFigures } from '@pip-graft/validate';
import { bytes, milliseconds, number, times } from './format.ts';
import type { ReportFact } from './report-data.ts';
import { evidenceWords } from './sections/placements.ts';

/** The measurements as facts, one line each, for formats without drawings. */
export function figureFacts(figures: ValidationFigures): ReportFact[] {
  const { latency, throughput, memory, placements = [], parity = [], layers } = figures;
  const { sizes, tiles = [] } = figures;
  return [
    ...(latency
      ? [
          {
            label: `Time for one ${latency.width}×${latency.height} image`,
            value: `${times(latency.grafted.median / latency.host.median)}: host ${milliseconds(latency.host.median)}, grafted ${milliseconds(latency.grafted.median)}`,
          },
        ]
      : []),
    ...(throughput
      ? [
          {
            label: `Images per second, batches of ${throughput.batch}`,
            value: `${times(throughput.grafted / throughput.host)}: host ${number(throughput.host)}, grafted ${number(throughput.grafted)}`,
          },
        ]
      : []),
    ...(memory
      ? [
          {
            label: 'Peak memory',
            value: `${times(memory.grafted / memory.host)}: host ${bytes(memory.host)}, grafted ${bytes(memory.grafted)}`,
          },
        ]
      : []),
    ...placements.map((run) => ({
      label: `${run.side} on ${run.device}, ${run.width}×${run.height}`,
      value: `${run.providers.map(({ provider, nodes }) => `${provider} ${nodes} nodes`).join(', ')}; ${run.copies} copies, ${run.fallbacks.length} fell back${run.device === 'cpu' ? '' : `; ${run.evidence}: ${evidenceWords[run.evidence]}`}${run.expected === undefined ? '' : `; ${run.expected.differences.length} of ${run.expected.compared} elsewhere than onnxruntime's kernel list says`}`,
    })),
    ...parity.map((gap) => ({
      label: `${gap.side} "${gap.output}" against the CPU, ${gap.precision}`,
      value: `${apart(gap)}, limit ${number(gap.limit)}`,
    })),
    ...(layers?.rows ?? [])
      .filter((row) => row.begins)
      .map((row) => ({
        label: `An error starts at ${row.value}`,
        value: `${row.opType} "${row.node}": ${apart(row)}, its own ${number(row.own)}`,
      })),
    ...(sizes ? [{ label: 'Size multiple', value: String(sizes.multiple) }] : []),
    ...tiles.map(({ side, tile, overlap, psnr, maxAbs }) => ({
      label: `${side} in tiles of ${tile}, overlap ${overlap}, against the whole image`,
      value: `${psnr === null ? 'equal' : `${number(psnr)} dB`}, largest difference ${number(maxAbs)}`,
    })),
  ];
}

function apart({ relative, psnr }: Gap): string {
  return `relative error ${number(relative)}${psnr === null ? '' : `, ${number(psnr)} dB`}`;
}
