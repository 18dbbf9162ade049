import { present } from '../../present.mjs';
import { labels } from './pictures.mjs';
import { longRecipe, recipe } from './recipe.mjs';
import { rowsOf } from './rows.mjs';

/**
 * The body of docs/benchmarks/learning.md, without level-2 headings, which start other benches'
 * sections.
 */
export function learningPage(results, learners) {
  const short = Object.fromEntries(
    Object.entries(learners).map(([key, { title }]) => [key, title]),
  );
  const rows = rowsOf(results, {
    frozen: 'Frozen host',
    ...short,
    shipped: 'The adapter that ships',
    'promptir-long': short.promptir,
  });
  const [frozen] = rows;
  const isLong = ({ key }) => /^(shipped|promptir-long)\//.test(key);
  const [first, longer] = [rows.filter((row) => !isLong(row)), [frozen, ...rows.filter(isLong)]];
  const row = (key) =>
    present(
      rows.find((each) => each.key === key),
      key,
    );
  const [pip, promptir, ships] = ['pip', 'promptir', 'shipped'].map((name) => row(`${name}/given`));
  const gap = (a, b, set) => a[set].average - b[set].average;
  const both = (a, b) => `${signed(gap(a, b, 'made'))} dB and ${signed(gap(a, b, 'public'))} dB`;
  const judged = (a, b, target) =>
    ['made', 'public'].map((set) => (gap(a, b, set) > target ? 'met' : 'MISSED')).join(' and ');
  const unsteered = row('no-degradation-prompt/given');
  const plain = new Set([frozen, pip, promptir]);
  const more = 100 * (promptir.parameters / pip.parameters - 1);
  return `A small denoiser (\`@pip-graft/backbone-nafnet-tiny\` before its conversion to float16), and what is learned on it for five degradations: by prompts on its skip connections while it is frozen, and by all of its own weights. PSNR in dB, RGB, of the middle 256x256 pixels, mean over pictures. *Made*: other photos, degraded as those were that were trained on. *Public*: noise of σ 25 on Kodak, Rain100L, SOTS outdoor, GoPro, LOL eval15; all but noise were degraded otherwise than what was trained on. The sensor is the one that ships.

### Minutes of training

${recipe.steps} steps of ${recipe.batch} patches of ${recipe.patch} pixels, peak rate ${recipe.rate}, the paper's recipe otherwise; the same photos, degradations and order of patches for all of a seed; three seeds; one thread, three minutes each. Means over seeds; ± is the deviation of the average between seeds.

#### Made

${table(first, 'made')}

#### Public

${table(first, 'public')}

### Longer

The recipe of the adapter that ships: ${longRecipe.steps} steps of ${longRecipe.batch} patches of ${longRecipe.patch} pixels, ${longRecipe.loss}, running mean ${longRecipe.average}; 9 times as many pixels, one seed, 28 and 38 minutes.

#### Made

${table(longer, 'made')}

#### Public

${table(longer, 'public')}

### What holds

Made, then public:

- After minutes, PIP with its label against the frozen host: ${both(pip, frozen)}. Target ≥ +3 dB: ${judged(pip, frozen, 3)}.
- The adapter that ships against the frozen host: ${both(ships, frozen)}. Target ≥ +3 dB: ${judged(ships, frozen, 3)}.
- After minutes, against blocks in the manner of PromptIR with ${signed(more, 0)} % parameters: ${both(pip, promptir)}. Target > 0: ${judged(pip, promptir, 0)}.
- Those blocks are not told the label, and PIP is. Without it (all labels weigh the same), PIP against the blocks: ${both(unsteered, promptir)}: most of the gain over them is the label.
- Longer, against the same blocks: ${both(ships, row('promptir-long/given'))}. Target > 0: ${judged(ships, row('promptir-long/given'), 0)}.
${first
  .filter((each) => !plain.has(each))
  .map((each) => `- ${each.title}: ${both(each, pip)} against PIP with its label.`)
  .join('\n')}

The parts of PIP are not all needed here. What carries it is the label and prompt-to-prompt; a basic prompt that is learned is worse than none after minutes, and top-m selection makes no difference beyond chance. Of noise the frozen denoiser takes out more than anything that was trained on for five tasks. A sensor costs most where it takes blur for something else.

Differences within twice the ± are not to be told from chance. This is a network of 0.4 M parameters: it tells what prompts add at this scale, and not what the paper's networks reach.`;
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

function signed(value, digits = 2) {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}
