import { elementCount } from '@pip-graft/weights';
import type { PipConfig } from '../config/pip-config.ts';
import { pipParameters } from '../parameters/level-parameters.ts';
import type { Adapter } from './adapter.ts';

/** Text below this line of a card is its owner's, and is kept when the card is rewritten. */
const ownersLine = '<!-- Below this line the card is yours: `graft adapter pack` keeps it. -->';

/** Options of {@link modelCard}. */
export interface CardChoices {
  /** Whether it is the card of a package, which can be installed. */
  readonly packed?: boolean;
  /** The adapter's name on the model hub that the card is for, such as `hf:me/rain`. */
  readonly hub?: string | undefined;
  /** The existing card; its owner's text is kept. */
  readonly before?: string | undefined;
}

/**
 * The text of an adapter's `README.md`: what it is, which host it fits, whether it was trained;
 * with the front matter of the model hubs.
 */
export function modelCard(
  adapter: Adapter,
  { packed = false, hub, before = '' }: CardChoices = {},
): string {
  const { name, config, base, license, baseLicense } = adapter;
  const parameters = pipParameters(config).reduce((sum, { dims }) => sum + elementCount(dims), 0);
  const rows = config.levels.map(
    ({ level, channels, promptChannels, promptSize, p2pHeads, p2fHeads }) =>
      `| ${level} | ${channels} | ${promptChannels} | ${promptSize} | ${p2pHeads} / ${p2fHeads} |`,
  );
  const at = before.indexOf(ownersLine);
  const owners = at === -1 ? '\n' : before.slice(at + ownersLine.length);
  return `${frontMatter(adapter)}
# ${inMarkdown(name)}

A Prompt-In-Prompt adapter (arXiv 2312.05038) for ${inMarkdown(base.name ?? base.family)}: ${parameters.toLocaleString('en-US')} parameters.

${trainingOf(adapter)}

## Use

\`\`\`sh
${useOf(name, packed, hub)} -o OUT.onnx
\`\`\`

Labels, in the order of the input \`degradation\`: ${config.labels.map(inMarkdown).join(', ')}.

| level | feature channels | prompt channels | prompt size | heads (prompt / feature) |
|---|---|---|---|---|
${rows.join('\n')}

- mode: \`${config.mode}\`, attached as \`${config.attach}\`${gateOf(config)}, stored as ${config.dtype}
- basic restoration prompt: ${config.position === 'none' ? 'one vector per level' : 'one map per level'}, started with a deviation of ${config.promptStd ?? 1}
- base: ${base.name === null ? '' : `${inMarkdown(base.name)}, `}${inMarkdown(base.family)}, fingerprint ${inMarkdown(base.fingerprint ?? 'not recorded')}, file ${inMarkdown(base.digest ?? 'not recorded')}
- licence: ${inMarkdown(license ?? 'not stated')}; licence of the base: ${inMarkdown(baseLicense ?? 'not stated')}

${ownersLine}${owners}`;
}

function useOf(name: string, packed: boolean, hub: string | undefined): string {
  const install = packed && hub === undefined ? `npm install ${inShell(name)}\n` : '';
  const adapter = hub ?? (packed ? name : `./${name}`);
  return `${install}npx graft apply HOST.onnx --adapter ${inShell(adapter)}`;
}

function gateOf({ attach, gate = 'channel' }: PipConfig): string {
  return attach === 'residual' ? ` with a gate for each ${gate}` : '';
}

/** The keys that model hubs look for, as YAML. */
function frontMatter({ base, license, training, config }: Adapter): string {
  const tags = [
    'image-restoration',
    'prompt-in-prompt',
    'adapter',
    'onnx',
    base.family,
    ...config.labels,
    ...(training === null ? ['untrained'] : []),
  ];
  return `---
library_name: pip-graft
pipeline_tag: image-to-image
base_model: ${yamlText(base.name ?? base.family)}
base_model_relation: adapter
license: ${license === null ? 'unknown' : yamlText(license.toLowerCase())}
tags:
${tags.map((tag) => `- ${yamlText(tag)}`).join('\n')}
---
`;
}

/** A text as YAML: plain if that reads as a string, else as JSON, which YAML accepts. */
function yamlText(text: string): string {
  const bare =
    /^[A-Za-z][\w./-]*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text);
  return bare ? text : JSON.stringify(text);
}

function trainingOf({ training }: Adapter): string {
  return training === null
    ? '**Untrained.** Its parameters are random; it shows that the graft works, not what it can restore.'
    : `Trained:\n\n\`\`\`json\n${JSON.stringify(training, null, 2)}\n\`\`\``;
}

/** A text from a file, escaped for a line of Markdown. */
export function inMarkdown(text: string): string {
  return oneLine(text)
    .replace(/[\\`*[\]<>|&~#]/g, '\\$&')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_');
}

/** A text from a file, quoted as one word of a shell command. */
export function inShell(text: string): string {
  const line = oneLine(text);
  return /^[\w@.:/+-]+$/.test(line) && !line.startsWith('-')
    ? line
    : `'${line.replaceAll("'", "'\\''")}'`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
