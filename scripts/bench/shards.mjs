// Shards of `graft restore` on one machine: images per second and total work with 1, 2, 4 and 8 of
// them at once, and memory against the number of images.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { root } from '../install.mjs';
import { writePage } from './measure.mjs';

const images = 96;
const counts = [1, 2, 4, 8];
const lists = [12, 96, 768];
const bin = join(root, 'packages/cli/bin/graft.js');
const preload = pathToFileURL(join(root, 'scripts/bench/usage.mjs')).href;
const folder = mkdtempSync(join(tmpdir(), 'graft-bench-'));

/** Writes a folder of different images of one size, and returns its name. */
async function writeImages(name, count, width, height) {
  mkdirSync(join(folder, name));
  const whole = sharp(readFileSync(join(root, 'assets/chelsea.jpg')));
  const { width: right = 0, height: bottom = 0 } = await whole.metadata();
  for (let at = 0; at < count; at++) {
    const left = (at * 7) % (right - width);
    const top = (at * 5) % (bottom - height);
    const part = whole.clone().extract({ left, top, width, height });
    await part.png().toFile(join(folder, name, `${String(at).padStart(4, '0')}.png`));
  }
  return name;
}

/**
 * Wall seconds, processor seconds and the largest peak of shards that run at once.
 *
 * @param {string} source
 * @param {number} count
 */
async function measureShards(source, count) {
  const start = performance.now();
  const usages = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const file = join(folder, `usage-${index}`);
      const shard = count === 1 ? [] : ['--shard', `${index + 1}/${count}`];
      const words = ['restore', 'model.onnx', source, '-o', `out-${count}`, '--tile', '512'];
      const args = ['--import', preload, bin, ...words, '--degradation', 'rain', ...shard];
      const env = { ...process.env, USAGE_FILE: file };
      const child = spawn(process.execPath, args, { cwd: folder, env, stdio: 'ignore' });
      const [status] = await once(child, 'close');
      if (status !== 0) throw new Error(`shard ${index + 1} of ${count} ended with ${status}`);
      return /** @type {{ peak: number, seconds: number }} */ (
        JSON.parse(readFileSync(file, 'utf8'))
      );
    }),
  );
  const wall = (performance.now() - start) / 1000;
  rmSync(join(folder, `out-${count}`), { recursive: true });
  const work = usages.reduce((sum, { seconds }) => sum + seconds, 0);
  return { wall, work, peak: Math.max(...usages.map(({ peak }) => peak)) };
}

const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
const cores = availableParallelism();
try {
  copyFileSync(join(root, 'packages/restorer/model.onnx'), join(folder, 'model.onnx'));
  const source = await writeImages('images', images, 160, 120);
  await measureShards(source, 1);
  const rows = [];
  for (const count of counts) {
    const { wall, work, peak } = await measureShards(source, count);
    const rate = (images / wall).toFixed(1);
    rows.push(
      `| ${count} | ${wall.toFixed(1)} | ${rate} | ${work.toFixed(1)} | ${megabytes(peak)} |`,
    );
    console.log(rows.at(-1));
  }
  const memory = [];
  for (const count of lists) {
    const name = await writeImages(`list-${count}`, count, 64, 64);
    const { wall, peak } = await measureShards(name, 1);
    memory.push(`| ${count} | ${((wall / count) * 1000).toFixed(0)} | ${megabytes(peak)} |`);
    console.log(memory.at(-1));
  }
  const sharing =
    cores >= Math.max(...counts)
      ? ''
      : ` The shards share ${cores === 1 ? 'one core' : `${cores} cores`}, which one of them fills already. So this does not show how shards scale over machines: images do not depend on each other, and every machine has a processor of its own. It shows what a shard costs: a start, a model, and its memory.`;
  writePage(
    'shards',
    'Shards',
    'npm run bench -- shards',
    [
      `\`graft restore\` with [\`@pip-graft/restorer\`](restorer.md) on ${images} images of 160x120, by 1, 2, 4 and 8 shards at once.${sharing}`,
      '',
      '| shards | seconds | images a second | processor seconds, all shards | peak memory of one shard |',
      '|---|---|---|---|---|',
      ...rows,
      '',
      'More processor seconds with more shards are the starts: each process loads Node, onnxruntime and the model once, whatever the number of images. With real images of megapixels the share of it vanishes.',
      '',
      '**Memory against the number of images.** One process, images of 64x64. A process holds one image in the model, one being read and one being written.',
      '',
      '| images | milliseconds an image, start included | peak memory |',
      '|---|---|---|',
      ...memory,
    ].join('\n'),
    ' One run each.',
  );
} finally {
  rmSync(folder, { recursive: true });
}
