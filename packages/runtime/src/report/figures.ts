import type { ValidationFigures } from '../validate/figures.ts';
import { bytes, milliseconds, times } from './format.ts';
import { type Html, html } from './html.ts';

interface Bar {
  readonly name: string;
  readonly value: number;
  readonly text: string;
}

/** Host and graft side by side, as bars. */
export function figures({ latency, memory }: ValidationFigures): Html {
  return html`${
    latency &&
    bars(
      `Time for one ${latency.width}×${latency.height} picture`,
      times(latency.grafted.median / latency.host.median),
      [
        ['host', latency.host],
        ['grafted', latency.grafted],
      ].map(([name, run]) => {
        const { median, spread } = run as typeof latency.host;
        const text = `${milliseconds(median)} ± ${milliseconds(spread / 2)}`;
        return { name: name as string, value: median, text };
      }),
    )
  }${
    memory &&
    bars('Memory at the peak', times(memory.grafted / memory.host), [
      { name: 'host', value: memory.host, text: bytes(memory.host) },
      { name: 'grafted', value: memory.grafted, text: bytes(memory.grafted) },
    ])
  }`;
}

function bars(title: string, ratio: string, list: readonly Bar[]): Html {
  const most = Math.max(...list.map((bar) => bar.value), Number.MIN_VALUE);
  return html`<figure class="bars"><figcaption>${title} <b>${ratio}</b></figcaption>
${list.map(
  ({ name, value, text }) =>
    html`<div class="bar ${name}"><span>${name}</span><i style="width:${((100 * Math.max(0, value)) / most).toFixed(1)}%"></i><span>${text}</span></div>
`,
)}</figure>`;
}
