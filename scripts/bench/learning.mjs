// What prompts add at a small scale: npm run bench -- learning PHOTOS TEST [HOST]
// PHOTOS: a folder of clean photos. TEST: public test sets, as scripts/bench/learning/pictures.mjs has them.
// HOST: a denoiser; default the backbone that ships. Over an hour on one core; what is done already is
// kept in out/learning.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from '../install.mjs';
import { learners } from './learning/learners.mjs';
import { learningPage } from './learning/learning-page.mjs';
import { recipe } from './learning/recipe.mjs';
import { writePage } from './measure.mjs';

const shipped = join(root, 'packages/backbone-nafnet-tiny/model.onnx');
const [photos, test, host = shipped] = process.argv.slice(3).map((path) => resolve(path));
if (!photos || !test) throw new Error('npm run bench -- learning PHOTOS TEST [HOST]');
const into = join(root, 'out/learning');
mkdirSync(into, { recursive: true });
const seeds = [0, 1, 2];
const jobs = [
  ['frozen', 0],
  ...seeds.flatMap((seed) => Object.keys(learners).map((name) => [name, seed])),
];
const results = jobs.map(([name, seed]) => {
  const file = join(into, `${name}-${seed}.json`);
  if (!existsSync(file)) learn(name, seed);
  return JSON.parse(readFileSync(file, 'utf8'));
});
writePage(
  'learning',
  'What prompts add',
  'npm run bench -- learning PHOTOS TEST',
  learningPage(results, learners, recipe),
  '',
);

function learn(name, seed) {
  const script = join(root, 'scripts/bench/learning/learn.mjs');
  const args = [script, name, seed, host, photos, test, into].map(String);
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${name}, seed ${seed}: it failed.`);
}
