/// <reference lib="dom" />
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cutImage } from '@pip-graft/imaging';
import { readImage, writeImage } from '@pip-graft/restore';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import webpack, { type MultiStats } from 'webpack';
import { noBrowser, openBrowser } from './open-browser.ts';
import { buildWithVite } from './restorer/build.ts';
import { openSite } from './site.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
const small = join(folder, 'small.png');
beforeAll(async () => {
  const image = await readImage(join(root, 'assets/chelsea.jpg'));
  await writeImage(small, cutImage(image, { x: 120, y: 60, width: 96, height: 64 }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Restores a chosen file on an example's page. */
async function restoresInPage(outDir: string, result: 'canvas' | 'img'): Promise<void> {
  const site = await openSite(outDir);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(300_000);
    await page.goto(site.url);
    await page.setInputFiles('input', small);
    await page.waitForSelector(result);
    expect(await page.textContent('[role=status]')).toMatch(/^Restored on wasm: 1 thread/);
    const size = await page.evaluate((name) => {
      const made = document.querySelector<HTMLCanvasElement | HTMLImageElement>(name)!;
      if (made instanceof HTMLCanvasElement) return [made.width, made.height];
      return made.decode().then(() => [made.naturalWidth, made.naturalHeight]);
    }, result);
    expect(size).toEqual([96, 64]);
  } finally {
    await browser.close();
    site.close();
  }
}

describe('the examples', () => {
  it('restores in Node', async () => {
    const restored = join(folder, 'restored.png');
    const args = ['restore.js', small, restored];
    execFileSync(process.execPath, args, { cwd: join(root, 'examples/node') });
    await isRestored(restored);
  });

  // Electron's binary is not installed here: its main process's code runs under Node, with a stub
  // for 'electron'.
  it('restores in the code of Electron’s main process', async () => {
    const result = join(folder, 'electron.png');
    const stub = fileURLToPath(new URL('electron-stub.mjs', import.meta.url));
    execFileSync(process.execPath, ['--import', stub, 'main.js'], {
      cwd: join(root, 'examples/electron'),
      env: { ...process.env, IMAGE: small, RESULT: result },
    });
    await isRestored(result);
  });

  if (noBrowser !== undefined) process.stderr.write(`test/browser: skipped: ${noBrowser}\n`);
  const browserIt = it.skipIf(noBrowser !== undefined);

  browserIt('restores in a page of Vite', async () => {
    const outDir = join(folder, 'vite');
    await buildWithVite(join(root, 'examples/vite'), outDir);
    await restoresInPage(outDir, 'canvas');
  });

  browserIt('restores in a web worker', async () => {
    const outDir = join(folder, 'worker');
    await build({
      root: join(root, 'examples/worker'),
      logLevel: 'error',
      build: { outDir, reportCompressedSize: false },
    });
    await restoresInPage(outDir, 'img');
  });

  browserIt('restores in a page of webpack', async () => {
    const outDir = join(folder, 'webpack');
    cpSync(join(root, 'examples/webpack/public'), outDir, { recursive: true });
    const address = new URL('../../examples/webpack/webpack.config.js', import.meta.url).href;
    const { default: config } = await import(address);
    const output = { ...config.output, path: join(outDir, 'built') };
    const built = { ...config, output, optimization: { minimize: false } };
    const stats = await new Promise<MultiStats>((resolve, reject) =>
      webpack([built], (error, made) => (made ? resolve(made) : reject(error))),
    );
    expect(stats.toJson({ all: false, errors: true, warnings: true })).toMatchObject({
      children: [{ errors: [], warnings: [] }],
    });
    await restoresInPage(outDir, 'canvas');
  });
});

async function isRestored(path: string): Promise<void> {
  const [before, after] = [await readImage(small), await readImage(path)];
  expect([after.width, after.height]).toEqual([before.width, before.height]);
  expect(after.data).not.toEqual(before.data);
}
