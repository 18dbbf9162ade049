import type { LogLine } from './train-log.ts';

const [width, height, margin] = [860, 240, 46];

/** A page with the curves of a run, that needs nothing else. */
export function curvePage(
  title: string,
  facts: readonly (readonly [string, string])[],
  lines: readonly LogLine[],
): string {
  const rows = facts.map(
    ([key, value]) => `<tr><th>${escaped(key)}</th><td>${escaped(value)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>
<meta name="viewport" content="width=device-width">
<style>
:root{color-scheme:light dark;--line:#2563eb;--dim:#9ca3af;--text:#111827;--back:#fff}
@media(prefers-color-scheme:dark){:root{--line:#60a5fa;--dim:#4b5563;--text:#e5e7eb;--back:#111827}}
body{font:15px/1.5 system-ui,sans-serif;max-width:900px;margin:2rem auto;padding:0 1rem;color:var(--text);background:var(--back)}
table{border-collapse:collapse}th{text-align:left;padding-right:1.5rem;font-weight:600}
svg{width:100%;height:auto}text{fill:var(--text);font-size:12px}
.grid{stroke:var(--dim);stroke-width:.5}.raw{fill:none;stroke:var(--dim);stroke-width:1}.mean{fill:none;stroke:var(--line);stroke-width:2}
</style>
<h1>${escaped(title)}</h1>
<table>${rows.join('')}</table>
${curve(
  'Loss of each batch',
  lines.map(({ step, loss }) => [step, loss]),
)}
${curve(
  'PSNR of each batch, dB',
  lines.map(({ step, psnr }) => [step, psnr]),
)}
<p>Grey: each step. Blue: mean of the last fiftieth of the run. Labels and noise differ from batch to batch, so single steps say little.</p>
</html>
`;
}

type Point = readonly [step: number, value: number];

function curve(title: string, points: readonly Point[]): string {
  const finite = points.filter(([, value]) => Number.isFinite(value));
  if (finite.length < 2) return `<h2>${title}</h2><p>Too few steps for a curve.</p>`;
  const steps = finite.map(([step]) => step);
  const values = finite.map(([, value]) => value);
  const [first, last] = [steps[0]!, steps.at(-1)!];
  // What a few odd batches did must not flatten the rest.
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [0.005, 0.995].map(
    (share) => sorted[Math.round(share * (sorted.length - 1))]!,
  ) as [number, number];
  const range = high - low || 1;
  const x = (step: number) => margin + ((step - first) / (last - first)) * (width - 2 * margin);
  const y = (value: number) =>
    height - margin / 2 - Math.min(1, Math.max(0, (value - low) / range)) * (height - margin);
  const path = (list: readonly Point[]) =>
    thinned(list)
      .map(
        ([step, value], at) =>
          `${at === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`,
      )
      .join('');
  const window = Math.max(1, Math.round(finite.length / 50));
  let sum = 0;
  const mean = finite.map(([step, value], at): Point => {
    sum += value - (at >= window ? values[at - window]! : 0);
    return [step, sum / Math.min(window, at + 1)];
  });
  const marks = [0, 0.5, 1].map((share) => {
    const value = low + share * range;
    return `<line class="grid" x1="${margin}" x2="${width - margin}" y1="${y(value)}" y2="${y(value)}"/><text x="2" y="${y(value) + 4}">${Number(value.toPrecision(3))}</text>`;
  });
  return `<h2>${title}</h2>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}, from step ${first} to ${last}">${marks.join('')}<path class="raw" d="${path(finite)}"/><path class="mean" d="${path(mean)}"/><text x="${margin}" y="${height - 4}">step ${first}</text><text x="${width - margin}" y="${height - 4}" text-anchor="end">step ${last}</text></svg>`;
}

/** As many points as can be seen apart. */
function thinned(points: readonly Point[]): readonly Point[] {
  const every = Math.ceil(points.length / 2000);
  return points.filter((_, at) => at % every === 0 || at === points.length - 1);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
