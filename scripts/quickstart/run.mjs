import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { buildReport } from '../../packages/report/dist/index.js';
import { table } from '../../packages/report/dist/text/index.js';
import { readImage } from '../../packages/restore/dist/index.js';
import { root } from '../install.mjs';
import { graftOne } from './graft-one.mjs';
import { networks } from './networks.mjs';

/** Without 0, which is the host, because the host is shown anyway. */
const strengths = [0.5, 1];

/** Grafts, checks, validates, ungrafts and uses three networks; writes the report. Returns the exit status. */
export async function quickstart(started) {
  const folder = join(root, 'out/quickstart');
  mkdirSync(folder, { recursive: true });
  const photo = await readImage(join(root, 'assets/chelsea.jpg'));
  const models = [];
  const rows = [];
  for (const network of networks) {
    console.log(`\n${network.name}`);
    const { report, figures } = await graftOne(network, folder, photo, strengths, (step) =>
      console.log(`  ${step}`),
    );
    models.push(report);
    // With random weights, PSNR means nothing.
    if (report.trained) rows.push(...figures.map(restored));
  }
  const passed = models.every(({ validation }) => validation.status === 'passed');
  const file = join(folder, 'report.html');
  writeFileSync(
    file,
    buildReport({
      title: 'PIP Graft quickstart',
      summary:
        'A U-Net and a Prompt-In-Prompt adapter on its skip connections, trained together for five degradations; and two networks with random weights (the last layer damped, so that the image stays visible), which show that the graft fits. Each was grafted, checked on this machine and used on an image that no training has seen.',
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
  console.log(table([['PSNR on one image', 'degraded', 'host', 'grafted', 'gain'], ...rows]));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`
unet-medium and its adapter were trained together, from Node: one file removes noise, rain and haze and
brightens low light, as the caller says. It does little for blur and dense haze yet. The other two are
UNTRAINED, with random weights: they show the graft, not restoration.

${passed ? 'Everything passed' : 'SOMETHING FAILED'} in ${seconds} s. Report: out/quickstart/report.html`);
  return passed ? 0 : 1;
}

/** A degradation before and after; the last of `grafted` is the full graft. */
function restored({ label, input, host, grafted }) {
  const whole = grafted.at(-1);
  const gain = whole - host;
  const signed = `${gain < 0 ? '' : '+'}${gain.toFixed(2)} dB`;
  return [label, ...[input, host, whole].map((value) => `${value.toFixed(2)} dB`), signed];
}
