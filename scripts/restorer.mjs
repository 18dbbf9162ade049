// npm run restorer -- --photos DIR [--steps N]: trains packages/backbone-unet and packages/adapter-unet, which
// packages/restorer is built from. Hours on one core; resumes from out/restorer-training.
// DIR holds the photographs of scripts/restorer/photos.json; each is compared with its digest.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, install } from './install.mjs';

const { values } = parseArgs({ options: { photos: { type: 'string' } } });
if (values.photos === undefined) {
  console.error('npm run restorer -- --photos DIR: which folder holds the photographs?');
  process.exit(2);
}
install();
build();
const { makeRestorer } = await import('./restorer/make.mjs');
await makeRestorer(resolve(values.photos), console.log);
