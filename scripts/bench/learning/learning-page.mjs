import { labels } from './pictures.mjs';

/** How each learner is steered when it is measured, as the page says it. */
const waysOf = {
  pip: {
    given: 'label given',
    wrong: 'wrong label (the next one)',
    blind: 'label found by a sensor',
  },
};

/** The body of docs/benchmarks/learning.md: means over seeds, with the spread of the averages. */
export function learningPage(results, learners, recipe) {
  const rows = rowsOf(results, learners);
  const frozen = rows[0];
  const whole = rows.find(({ key }) => key === 'pip/given');
  const promptir = rows.find(({ key }) => key === 'promptir/given');
  const seeds = new Set(results.map(({ seed }) => seed)).size;
  const against = (row, other, set) => signed(row[set].average - other[set].average);
  return `A small denoiser (\`@pip-graft/backbone-nafnet-tiny\` before its conversion to float16), and what is learned on it for five degradations: by prompts on its skip connections while it is frozen, and by all of its own weights. ${recipe.steps} steps of ${recipe.batch} patches of ${recipe.patch} pixels, peak rate ${recipe.rate}, the paper's recipe otherwise; the same photos, degradations and order of patches for all of a seed; ${seeds} seeds; one thread. PSNR in dB, RGB, of the middle 256x256 pixels, mean over pictures, then over seeds; ± is the deviation of the average between seeds.

## Degradations of the kind that was trained, on other photos

${table(rows, 'made')}

## Public test pairs

Noise: Kodak, σ 25. Rain: Rain100L. Haze: SOTS outdoor. Blur: GoPro. Low light: LOL eval15. All but noise were degraded otherwise than what was trained on.

${table(rows, 'public')}

## What holds

- Frozen host with PIP, label given, against the frozen host: ${against(whole, frozen, 'made')} dB on made degradations, ${against(whole, frozen, 'public')} dB on public pairs. Target ≥ +3 dB on five tasks: ${verdict(whole.made.average - frozen.made.average, 3)} and ${verdict(whole.public.average - frozen.public.average, 3)}.
- Against blocks in the manner of PromptIR with ${signed(100 * (promptir.parameters / whole.parameters - 1), 0)} % parameters: ${against(whole, promptir, 'made')} dB and ${against(whole, promptir, 'public')} dB. Target > 0: ${verdict(whole.made.average - promptir.made.average, 0)} and ${verdict(whole.public.average - promptir.public.average, 0)}.
${rows
  .filter(({ key }) => !['frozen/given', 'pip/given', 'promptir/given'].includes(key))
  .map(
    (row) =>
      `- ${row.title}: ${against(row, whole, 'made')} dB and ${against(row, whole, 'public')} dB against PIP with its label.`,
  )
  .join('\n')}

Differences within twice the ± are not to be told from chance. This is a network of 0.4 M parameters after minutes of training: it tells what prompts add at this scale, and not what the paper's networks reach.`;
}

function rowsOf(results, learners) {
  const titles = {
    frozen: 'Frozen host',
    ...Object.fromEntries(Object.entries(learners).map(([key, { title }]) => [key, title])),
  };
  const keys = [
    ...new Set(
      results.flatMap(({ name, ways }) => Object.keys(ways).map((way) => `${name}/${way}`)),
    ),
  ];
  return keys.map((key) => {
    const [name, way] = key.split('/');
    const found = results.filter((each) => each.name === name && each.ways[way]);
    const how = waysOf[name]?.[way];
    const sets = Object.fromEntries(
      ['made', 'public'].map((set) => [set, over(found.map(({ ways }) => ways[way][set]))]),
    );
    const [{ parameters = 0 }] = found;
    return { key, title: how ? `${titles[name]}: ${how}` : titles[name], parameters, ...sets };
  });
}

/** Means over seeds, and the deviation of the average between them. */
function over(series) {
  const averages = series.map(mean);
  const average = mean(averages);
  const square = averages.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return {
    tasks: labels.map((_, at) => mean(series.map((row) => row[at]))),
    average,
    deviation: averages.length > 1 ? Math.sqrt(square / (averages.length - 1)) : undefined,
  };
}

function table(rows, set) {
  const frozen = rows[0][set].average;
  const lines = rows.map((row) => {
    const { tasks, average, deviation } = row[set];
    const spread = deviation === undefined ? '' : ` ± ${deviation.toFixed(2)}`;
    const count = row.parameters === 0 ? '–' : row.parameters.toLocaleString('en-US');
    return `| ${row.title} | ${count} | ${tasks.map((value) => value.toFixed(2)).join(' | ')} | **${average.toFixed(2)}**${spread} | ${signed(average - frozen)} |`;
  });
  return `| | learned | ${labels.join(' | ')} | average | against frozen |
|---|---|${labels.map(() => '---|').join('')}---|---|
${lines.join('\n')}`;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function signed(value, digits = 2) {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}

function verdict(value, target) {
  return value > target ? 'met' : 'MISSED';
}
