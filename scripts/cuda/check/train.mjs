// train.mjs HOST DEVICE STEPS LIMIT: trains a fresh adapter on the device and on the CPU from
// one seed, and compares the losses. Prints one JSON result.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './run-step.mjs';

const [host, device, steps, limitText] = process.argv.slice(2);
const limit = Number(limitText);
const folder = mkdtempSync(join(tmpdir(), 'graft-cuda-train-'));
try {
  const images = join(folder, 'images');
  mkdirSync(images);
  symlinkSync(join(root, 'assets/chelsea.jpg'), join(images, 'chelsea.jpg'));
  const [wanted, got] = [trained('wanted', 'cpu', images), trained('got', device, images)];
  const differences = got.losses.map((loss, at) => {
    const there = wanted.losses[at] ?? Number.NaN;
    return Math.abs(loss - there) / Math.abs(there);
  });
  const relative = Math.max(...differences);
  const complete = got.losses.length > 0 && got.losses.length === wanted.losses.length;
  const faults = complete && relative <= limit ? [] : [`losses apart by ${relative} over ${limit}`];
  // JSON has no NaN.
  const shown = Number.isFinite(relative) ? relative : 'not finite';
  console.log(JSON.stringify({ limit, relative: shown, wanted, got, faults }));
  if (faults.length > 0) {
    console.error(faults.join('; '));
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * The loss of each step, and the pace.
 *
 * @param {'wanted' | 'got'} name of its folder
 * @param {string} on
 * @param {string} images
 */
function trained(name, on, images) {
  const output = join(folder, name);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(root, 'packages/cli/bin/graft.js'),
      'train',
      '--host',
      host,
      '--data',
      images,
      '-o',
      output,
      '--device',
      on,
      '--json',
      '--adapter',
      'init:labels=noise+rain,seed=1',
      '--seed',
      '1',
      '--steps',
      steps,
      '--batch',
      '2',
      '--patch',
      '64',
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) {
    console.error(stderr.trim());
    process.exit(status ?? 1);
  }
  const { patchesPerSecond } = JSON.parse(stdout);
  return { patchesPerSecond, losses: lossesIn(readFileSync(`${output}.log.csv`, 'utf8')) };
}

/** @param {string} text */
function lossesIn(text) {
  const [head = '', ...rows] = text.trim().split('\n');
  const column = head.split(',').indexOf('loss');
  return rows.map((row) => Number(row.split(',')[column]));
}
