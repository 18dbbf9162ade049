/** The counts as the page docs/benchmarks/kills.md. */
export function formatReport({ counts, failures, seconds, points }, provenance) {
  const rows = [...counts].map(([name, { points, killed, early }]) => {
    const failed = failures.filter((failure) => failure.name === name).length;
    return `| ${[name, points, killed, killed - Math.min(killed, early), failed].join(' | ')} |`;
  });
  const all = [...counts.values()].reduce((sum, { points }) => sum + points, 0);
  return `# Killed runs

${provenance}

Each point kills the built command with SIGKILL: at a random moment of the run, or, for every other round, at a random one of the changes it makes in its folder. Then the folder is looked at, and the same command runs again; a training goes on with \`--resume\`. A point passes if

- after the kill every file is what it was or what it will be, and files that belong together (a model and its data, the files of an adapter) are of one run,
- the same command succeeds,
- and leaves the bytes of an unbroken run and nothing else: no temporary file, in the system's temporary folder neither. A resumed training is bit for bit that of an unbroken one.

| run | points | killed before the end | of these with new files by then | failures |
|---|---:|---:|---:|---:|
${rows.join('\n')}

${all} points in ${Math.round(seconds)} s; ${failures.length} failures.${all < points ? ` Stopped by hand before the ${points} that were asked for.` : ''}
${failures.map(({ name, index, problem }) => `\n- ${name}, point ${index}: ${problem}`).join('')}`;
}
