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
    return `| ${label} | ${set} | ${psnrOf(input)} | **${psnrOf(restored)}** | ${best(others)} |`;
  });
  const images = rows.find(([, set]) => set === shown[0])[2];
  const counts = /(\d+) gates: (\d+) passed, (\d+) failed(?:, (\d+) skipped)?/.exec(page);
  if (!counts) throw new Error('docs/benchmarks/restorer.md: no line that counts the gates.');
  const [, gates, passed, failed, skipped] = counts;
  return [
    '| | test set | degraded | restored | best method without a network |',
    '|---|---|---|---|---|',
    ...lines,
    '',
    `PSNR in dB on the first ${images} images of each set, with the label given. These are small samples. Of ${gates} gates for a release, ${passed} pass, ${failed} fail and ${skipped ?? 0} were skipped: [each with its figure](LINK).`,
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

/** The method with the highest PSNR; the host alone is a network. */
function best(text) {
  const methods = text
    .split('; ')
    .map((each) => /^(.*) ([\d.]+) \/ [\d.]+$/.exec(each))
    .filter((match) => match && match[1] !== 'host alone')
    .sort((a, b) => Number(b[2]) - Number(a[2]));
  return methods.length > 0 ? `${methods[0][2]} (${methods[0][1]})` : '';
}
