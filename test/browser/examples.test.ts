/// <reference lib="dom" />
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readImage } from '@pip-graft/restore';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser } from './open-browser.ts';
import { buildWithVite } from './restorer/build.ts';
import { openSite } from './site.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const image = join(root, 'assets/chelsea.jpg');
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
const restored = join(folder, 'restored.png');
beforeAll(() => {
  execFileSync(process.execPath, ['restore.js', image, restored], {
    cwd: join(root, 'examples/node'),
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the examples', () => {
  it('restores in Node', async () => {
    const [before, after] = [await readImage(image), await readImage(restored)];
    expect([after.width, after.height]).toEqual([before.width, before.height]);
    expect(after.data).not.toEqual(before.data);
  });

  if (noBrowser !== undefined) process.stderr.write(`test/browser: skipped: ${noBrowser}\n`);

  it.skipIf(noBrowser !== undefined)('restores in a page of Vite', async () => {
    const outDir = join(folder, 'vite');
    await buildWithVite(join(root, 'examples/vite'), outDir);
    const site = await openSite(outDir);
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(300_000);
      await page.goto(site.url);
      await page.setInputFiles('input', restored);
      await page.waitForSelector('canvas', { timeout: 300_000 });
      expect(await page.textContent('[role=status]')).toMatch(/^Restored on wasm: 1 thread/);
      const { width, height } = await page.evaluate(() => {
        const { width, height } = document.querySelector('canvas')!;
        return { width, height };
      });
      expect([width, height]).toEqual([384, 256]);
    } finally {
      await browser.close();
      site.close();
    }
  });
});
