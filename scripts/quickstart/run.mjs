import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { table } from '../../packages/cli/dist/session/table.js';
import { buildReport, readImage } from '../../packages/runtime/dist/index.js';
import { root } from '../install.mjs';
import { backbones } from './backbones.mjs';
import { graftOne } from './graft-one.mjs';

/** 0 would be the host, which is shown in any case. */
const strengths = [0.5, 1];

/** Builds, grafts, checks, validates, ungrafts and uses three networks; writes the report. Returns the exit status. */
export async function quickstart(started) {
  const folder = join(root, 'out/quickstart');
  mkdirSync(folder, { recursive: true });
  const photo = await readImage(join(root, 'assets/chelsea.jpg'));
  const models = [];
  const rows = [];
  for (const backbone of backbones) {
    console.log(`\n${backbone.preset}`);
    const { report, figures } = await graftOne(backbone, folder, photo, strengths, (step) =>
      console.log(`  ${step}`),
    );
    models.push(report);
    for (const { label, input, host, grafted } of figures) {
      rows.push([backbone.preset, label, ...[input, host, ...grafted].map(decibels)]);
    }
  }
  const passed = models.every(({ validation }) => validation.status === 'passed');
  const file = join(folder, 'report.html');
  writeFileSync(
    file,
    buildReport({
      title: 'PIP Graft quickstart',
      summary:
        'Three small restoration networks with random weights (the last layer damped, so that the photo stays visible), each with a Prompt-In-Prompt adapter grafted onto its skip connections, checked on this machine and used on a photo.',
      models,
      notes: [
        {
          label: 'Photo',
          value: 'Chelsea the cat, by Stéfan van der Walt, CC0 (assets/README.md)',
        },
        {
          label: 'Machine',
          value: `${cpus().length} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}`,
        },
      ],
    }),
  );
  console.log('');
  console.log(
    table([['network', 'degradation and label', 'input', 'host', ...strengths], ...rows]),
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`
The networks and adapters are UNTRAINED: seeded random weights. The graft is real and proven, the
restoration is not: PSNR says that labels and strength act, not that the photo got better.

${passed ? 'Everything passed' : 'SOMETHING FAILED'} in ${seconds} s. Report: out/quickstart/report.html`);
  return passed ? 0 : 1;
}

function decibels(value) {
  return `${value.toFixed(2)} dB`;
}
