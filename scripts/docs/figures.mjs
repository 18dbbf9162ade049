/** The test sets that README and home page show, one per label. */
const shown = ['CBSD68 σ 25', 'Rain100L', 'SOTS outdoor', 'LOL eval15', 'GoPro'];

/** A short Markdown table of the restorer's results, from its benchmark page. */
export function figures(page) {
  const rows = [
    ...page.matchAll(/^\| (.+?) \((\d+)\) \| ([\w-]+) \| (.+?) \| \*\*(.+?)\*\* \| (.+?) \|$/gm),
  ];
  const lines = shown.map((name) => {
    const row = rows.find(([, set]) => set === name);
    if (!row) throw new Error(`docs/benchmarks/restorer.md: no row for '${name}'.`);
    const [, set, , label, input, restored, others] = row;
    const other = best(others, (method) => gap(page, set, method));
    return `| ${label} | ${set} | ${psnrOf(input)} | **${psnrOf(restored)}** | ${other} |`;
  });
  const first = /; the first (\d+) images of each set/.exec(page)?.[1];
  const sample = first
    ? `the first ${first} images of each set, with the label given. These are small samples.`
    : 'all images of each set, with the label given.';
  const counts = /(\d+) gates: (\d+) passed, (\d+) failed(?:, (\d+) skipped)?/.exec(page);
  if (!counts) throw new Error('docs/benchmarks/restorer.md: no line that counts the gates.');
  const [, gates, passed, failed, skipped] = counts;
  return [
    '| | test set | degraded | restored | best method without a network |',
    '|---|---|---|---|---|',
    ...lines,
    '',
    `PSNR in dB on ${sample} Of ${gates} gates for a release, ${passed} pass, ${failed} fail and ${skipped ?? 0} were skipped: [each with its figure](LINK).`,
  ].join('\n');
}

/** A page with the text between its figure marks replaced. */
export function withFigures(page, table, link) {
  return page.replace(
    /(<!-- figures: .* -->\n)[\s\S]*?(<!-- \/figures -->)/,
    (_, open, close) => `${open}\n${table.replace('LINK', link)}\n\n${close}`,
  );
}

function psnrOf(text) {
  return text.split(' / ')[0];
}

/**
 * The method with the highest PSNR; the host alone is a network. One that was computed for some of the
 * images only is compared on these, by its gate.
 */
function best(text, gapTo) {
  const methods = text
    .split('; ')
    .map((each) => /^(.*?)(?: \((\d+)\))? ([\d.]+) \/ [\d.]+$/.exec(each))
    .filter((match) => match && match[1] !== 'host alone')
    .sort((a, b) => Number(b[3]) - Number(a[3]));
  if (methods.length === 0) return '';
  const [, method, some, psnr] = methods[0];
  if (some === undefined) return `${psnr} (${method})`;
  const { ours, images } = gapTo(method);
  return `${Math.abs(ours).toFixed(2)} dB ${ours < 0 ? 'more' : 'less'} (${method}, on ${images} images)`;
}

/** By how many dB the restored images of a set are above those of a method, on how many images. */
function gap(page, set, method) {
  const row = page
    .split('\n')
    .map((line) => line.split(' | '))
    .find(([name]) => name === `| ${set}, against ${method}`);
  const images = /on (\d+) of/.exec(row?.[4] ?? '')?.[1];
  if (!images)
    throw new Error(`docs/benchmarks/restorer.md: no gate of '${set}' against ${method}.`);
  return { ours: Number(row[2].replace('−', '-')), images };
}
