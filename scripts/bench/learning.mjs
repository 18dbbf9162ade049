// The gain from prompts at a small scale: npm run bench -- learning PHOTOS TEST
// PHOTOS: a folder of clean photos. TEST: public test sets, as scripts/bench/learning/pictures.mjs
// names them.
// The host and the photos of the longer training are those of `npm run default-adapter`, which must
// run first. Two hours on one core; finished parts are kept in out/learning.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from '../install.mjs';
import { learners } from './learning/learners.mjs';
import { learningPage } from './learning/learning-page.mjs';
import { writePage } from './measure.mjs';

const [photos, test] = process.argv.slice(3).map((path) => resolve(path));
if (!photos || !test) throw new Error('npm run bench -- learning PHOTOS TEST');
const made = join(root, 'out/default-adapter');
const host = join(made, 'host.onnx');
if (!existsSync(host)) throw new Error('There is no out/default-adapter: npm run default-adapter');
const into = join(root, 'out/learning');
mkdirSync(into, { recursive: true });
const seeds = [0, 1, 2];
const short = seeds.flatMap((seed) => Object.keys(learners).map((name) => [name, seed, photos]));
const long = ['shipped', 'promptir-long'].map((name) => [name, 0, join(made, 'photos')]);
const results = [['frozen', 0, photos], ...short, ...long].map(([name, seed, from]) => {
  const file = join(into, `${name}-${seed}.json`);
  if (!existsSync(file)) learn(name, seed, from);
  return JSON.parse(readFileSync(file, 'utf8'));
});
writePage(
  'learning',
  'What prompts add',
  'npm run bench -- learning PHOTOS TEST',
  learningPage(results, learners),
  '',
);

function learn(name, seed, from) {
  const script = join(root, 'scripts/bench/learning/learn.mjs');
  const args = [script, name, seed, host, from, test, into].map(String);
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${name}, seed ${seed}: it failed.`);
}
