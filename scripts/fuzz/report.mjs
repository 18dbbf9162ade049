/**
 * A run's results as Markdown: one row per target, then every kind of outcome, then the failures.
 */
export function formatReport({ cases, seconds, seen, failures, measuredAgain }) {
  const rows = [...seen].map(([name, { cases, outcomes, cpu, memory }]) => {
    const of = (kind) => sum([...outcomes].filter(([outcome]) => outcome.startsWith(kind)));
    const failed = failures.filter((failure) => failure.name.startsWith(`${name}:`)).length;
    const cells = [name, cases, of('valid'), of('error'), failed, Math.round(cpu), mega(memory)];
    return `| ${cells.join(' | ')} |`;
  });
  const kinds = [...seen].map(([name, { outcomes }]) => {
    const sorted = [...outcomes].sort(([, a], [, b]) => b - a);
    return `- ${name}: ${sorted.map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`;
  });
  return [
    '| target | cases | valid results | typed errors | failures | longest ms of CPU | largest MB |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
    `${cases} cases in ${Math.round(seconds)} s (${Math.round(cases / seconds)} a second); ${failures.length} failures; ${measuredAgain} measured again alone.`,
    '',
    ...kinds,
    ...failures.map(({ name, failure }) => `\nFAILURE ${name}: ${failure}`),
    '',
  ].join('\n');
}

const sum = (entries) => entries.reduce((total, [, count]) => total + count, 0);
const mega = (bytes) => Math.max(0, Math.round(bytes / 1e6));
