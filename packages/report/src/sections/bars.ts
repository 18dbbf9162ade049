import type { ValidationFigures } from '@pip-graft/validate';
import { bytes, milliseconds, number, times } from '../format.ts';
import { type Html, html } from '../html.ts';

interface Bar {
  readonly name: 'host' | 'grafted';
  readonly value: number;
  readonly text: string;
}

/** Host and graft side by side, as bars: time, images per second, memory. */
export function bars(figures: ValidationFigures): Html | undefined {
  const { latency, throughput, memory } = figures;
  if (!latency && !throughput && !memory) return undefined;
  return html`<div class="card measured">${
    latency &&
    chart(
      `Time for one ${latency.width}×${latency.height} image`,
      latency.host.median,
      latency.grafted.median,
      (_, side) =>
        `${milliseconds(latency[side].median)} ± ${milliseconds(latency[side].spread / 2)}`,
    )
  }${
    throughput &&
    chart(
      `Images per second, batches of ${throughput.batch}, ${throughput.width}×${throughput.height}`,
      throughput.host,
      throughput.grafted,
      (value) => `${number(value)} a second`,
    )
  }${memory && chart('Peak memory', memory.host, memory.grafted, bytes)}</div>`;
}

function chart(
  title: string,
  host: number,
  grafted: number,
  text: (value: number, side: Bar['name']) => string,
): Html {
  const list: readonly Bar[] = [
    { name: 'host', value: host, text: text(host, 'host') },
    { name: 'grafted', value: grafted, text: text(grafted, 'grafted') },
  ];
  const most = Math.max(host, grafted, Number.MIN_VALUE);
  return html`<figure class="bars"><figcaption>${title} <b>${times(grafted / host)}</b></figcaption>
${list.map(
  (bar) =>
    html`<div class="bar ${bar.name}"><span>${bar.name}</span><i style="width:${share(bar.value / most)}%"></i><span>${bar.text}</span></div>
`,
)}</figure>`;
}

function share(part: number): string {
  return part > 0 ? (100 * part).toFixed(1) : '0';
}
