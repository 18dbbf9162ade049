import { elementCount } from '@pip-graft/weights';
import { pipParameters } from '../parameters/pip-parameters.ts';
import type { Adapter } from './adapter.ts';

/** The text of an adapter's `README.md`: what it is, whom it fits, whether it was trained. */
export function modelCard(adapter: Adapter): string {
  const { name, config, base, training, license, baseLicense } = adapter;
  const parameters = pipParameters(config).reduce((sum, { dims }) => sum + elementCount(dims), 0);
  const rows = config.levels.map(
    ({ level, channels, promptChannels, promptSize, p2pHeads, p2fHeads }) =>
      `| ${level} | ${channels} | ${promptChannels} | ${promptSize} | ${p2pHeads} / ${p2fHeads} |`,
  );
  const trained =
    training === null
      ? '**Untrained.** Its parameters are random; it shows that the graft works, not what it can restore.'
      : `Trained:\n\n\`\`\`json\n${JSON.stringify(training, null, 2)}\n\`\`\``;
  return `---
library_name: pip-graft
tags: [image-restoration, prompt-in-prompt, adapter]
${license === null ? '' : `license: ${license}\n`}---

# ${name}

A Prompt-In-Prompt adapter (arXiv 2312.05038) for ${base.family}: ${parameters.toLocaleString('en-US')} parameters.

${trained}

## Use

    graft apply HOST.onnx --adapter ${name} -o OUT.onnx

Labels, in the order of the input \`degradation\`: ${config.labels.join(', ')}.

| level | feature channels | prompt channels | prompt size | heads (prompt / feature) |
|---|---|---|---|---|
${rows.join('\n')}

- mode: \`${config.mode}\`, attached as \`${config.attach}\`
- base: ${base.family}, fingerprint ${base.fingerprint ?? 'not recorded'}, file ${base.digest ?? 'not recorded'}
- licence: ${license ?? 'not stated'}; licence of the base: ${baseLicense ?? 'not stated'}
`;
}
