/// <reference lib="dom" />
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Adapter, freshAdapter, hostOf } from '@pip-graft/graft';
import { initSensor } from '@pip-graft/pip-core';
import { writeAdapter } from '@pip-graft/pip-core/node';
import { graftedFiles, labels } from '@pip-graft/test-utils';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser } from './open-browser.ts';
import { openSite, type Site } from './site.ts';

/** Patience for a busy machine. */
const patience = { timeout: 300_000 } as const;
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
const adapter = join(folder, 'sleet');
/**
 * A portrait stored sideways: 660 × 40 upright, with EXIF that says so and a profile other than
 * sRGB.
 */
const turned = join(folder, 'turned.jpg');

if (noBrowser !== undefined) process.stderr.write(`test/browser: skipped: ${noBrowser}\n`);

describe.skipIf(noBrowser !== undefined)('the studio on a static site', () => {
  let site: Site;
  let browser: Browser;
  let page: Page;
  let fresh: Adapter;
  const complaints: string[] = [];
  beforeAll(async () => {
    const { grafted, host } = await graftedFiles(folder, {
      trained: true,
      plan: { auto: initSensor({ labels, seed: 1 }) },
    });
    fresh = freshAdapter(hostOf(host), { labels: ['sleet'], seed: 7 });
    await writeAdapter(adapter, fresh);
    await sharp(join(root, 'assets/chelsea.jpg'))
      .resize(40, 660, { fit: 'cover' })
      .withMetadata({ orientation: 6 })
      .withExif({ IFD0: { Artist: 'Somebody' } })
      .withIccProfile('p3')
      .jpeg()
      .toFile(turned);
    const args = [
      join(root, 'packages/studio/site.mjs'),
      join(folder, 'site/try'),
      grafted,
      'tiny',
    ];
    execFileSync(process.execPath, args);
    site = await openSite(join(folder, 'site'), {
      files: { '/try/': join(folder, 'site/try/index.html') },
    });
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
    page.setDefaultTimeout(patience.timeout);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${site.url}try/`);
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
    rmSync(folder, { recursive: true });
  });

  const status = () => page.textContent('#status').catch(() => '');
  const expectStatus = (text: RegExp) => expect.poll(status, patience).toMatch(text);
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const sliders = async (): Promise<number[]> =>
    Promise.all(
      [...labels, 'Strength'].map(async (name) =>
        Number(await page.getByRole('slider', { name, exact: true }).inputValue()),
      ),
    );
  const pixels = (selector: string): Promise<number[]> =>
    page
      .locator(selector)
      .evaluate((canvas: HTMLCanvasElement) => [
        ...canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data,
      ]);

  it('is isolated by its service worker, so that wasm has threads', async () => {
    await expectStatus(/Ready for an image/);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await page.textContent('#model-name')).toMatch(/^tiny\. Runs on wasm: \d+ threads?\.$/);
    expect(await page.getByRole('link', { name: 'Guides' }).getAttribute('href')).toBe('../');
  });

  it('shows a preview of a large image first, then the whole image', async () => {
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      new MutationObserver(() => seen.push(document.getElementById('status')!.textContent)).observe(
        document.getElementById('status')!,
        { childList: true },
      );
    });
    await page.setInputFiles('#file', turned);
    await expectStatus(/Restored in/);
    const seen = await page.evaluate(() => (globalThis as { seen?: string[] }).seen!);
    const preview = seen.findIndex((text) => text.startsWith('A preview is shown'));
    expect(preview).toBeGreaterThan(0);
    expect(seen.slice(preview).some((text) => /Restoring… \d+ %/.test(text))).toBe(true);
  });

  it('applies presets, and undoes and redoes settings', async () => {
    await button('Rain').first().click();
    await expectStatus(/Restored in/);
    expect(await sliders()).toEqual([1, 0, 0, 1]);
    await page.getByRole('slider', { name: 'Strength' }).fill('0.4');
    await expect.poll(() => page.textContent('#snippets'), patience).toContain('strength: 0.4');
    await page.keyboard.press('Control+z');
    expect(await sliders()).toEqual([1, 0, 0, 1]);
    await page.keyboard.press('Control+Shift+Z');
    expect(await sliders()).toEqual([1, 0, 0, 0.4]);
    await button('Undo').click();
    await button('Undo').click();
    expect(await button('Undo').isDisabled()).toBe(true);
    // At first the sensor decided, and now it does again.
    await expectStatus(/Restored in/);
    expect(await page.textContent('#snippets')).toContain("restorer.restore('turned.jpg');");
    await button('Redo').click();
    expect(await sliders()).toEqual([1, 0, 0, 1]);
    await expectStatus(/Restored in/);
  });

  it('shows one part with four settings, and applies one of them', async () => {
    await button('2 × 2').click();
    const busy = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('#four .frame')].map((frame) => frame.ariaBusy),
      );
    await expect.poll(busy, patience).toEqual(['false', 'false', 'false', 'false']);
    const four = await Promise.all(
      [1, 2, 3, 4].map((at) => pixels(`#four figure:nth-child(${at}) canvas`)),
    );
    expect(new Set(four.map((each) => each.length)).size).toBe(1);
    expect(new Set(four.map((each) => each.join())).size).toBe(4);
    await page.getByRole('group', { name: 'Part 1: arrows move all four' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(busy, patience).toEqual(['false', 'false', 'false', 'false']);
    expect(await pixels('#four figure:nth-child(1) canvas')).not.toEqual(four[0]);
    await button('Use: Half as strong').click();
    expect(await sliders()).toEqual([1, 0, 0, 0.5]);
    await button('2 × 2').click();
    expect(await page.isVisible('#stage')).toBe(true);
    await expectStatus(/Restored in/);
  });

  it("keeps the original's name, size, type and metadata, upright, and says what it drops", async () => {
    await expect.poll(() => button('Download').isEnabled(), patience).toBe(true);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      button('Download').click(),
    ]);
    expect(download.suggestedFilename()).toBe('restored-turned.jpg');
    const path = join(folder, 'download.jpg');
    await download.saveAs(path);
    const { format, width, height, orientation, exif, icc } = await sharp(path).metadata();
    expect({ format, width, height, orientation }).toEqual({
      format: 'jpeg',
      width: 660,
      height: 40,
      orientation: 1,
    });
    expect(exif!.toString('latin1')).toContain('Somebody');
    // The browser's own profile, which matches the colours that it wrote.
    expect(icc).not.toEqual((await sharp(turned).metadata()).icc);
    expect(await page.textContent('#saved')).toBe(
      'Saved restored-turned.jpg, 660 × 40. Kept: EXIF. Dropped: the colour profile (colours are sRGB now).',
    );
  });

  it('grafts an adapter folder onto the open model, and shows its ladder and checks', async () => {
    await page.setInputFiles('#adapter', adapter);
    await expect
      .poll(() => page.textContent('#model-name'), patience)
      .toContain('sleet on tiny. Runs on wasm');
    await expectStatus(/Restored in/);
    expect(await page.locator('#graft-found svg').getAttribute('aria-label')).toMatch(
      /level 1, 8 channels, joined by add, with a PIP graft on its skip connection; level 2, 16/,
    );
    expect(await page.locator('#graft-found .failed').allTextContents()).toEqual([
      "✗adapter 'init' is untrained",
    ]);
    // The drawing is wider than the panel, and scrolls in it.
    const sticksOut = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(sticksOut).toBe(0);
    const found = await page.textContent('#graft-found');
    expect(found).toContain('With the graft removed, the file is the model again, byte for byte.');
    expect(found).toContain('TrainingUNTRAINED');
    expect(await page.getByRole('slider', { name: 'sleet' }).inputValue()).toBe('1');
    const code = await page.textContent('#snippets');
    expect(code).toContain('npx graft swap tiny --adapter sleet -o grafted.onnx');
    expect(code).toContain("Restorer.open('grafted.onnx')");
  });

  it('says why a folder cannot be grafted, and keeps the model', async () => {
    const other = join(folder, 'other');
    const base = { ...fresh.base, family: 'nafnet', fingerprint: null };
    await writeAdapter(other, { ...fresh, base });
    await page.setInputFiles('#adapter', other);
    await expectStatus(/does not fit this model, which is still open/);
    expect(await page.textContent('#graft-found')).toContain('nafnet');
    const empty = mkdtempSync(join(folder, 'empty-'));
    writeFileSync(join(empty, 'notes.txt'), 'nothing');
    await page.setInputFiles('#adapter', empty);
    await expect.poll(() => page.textContent('#alert'), patience).toContain('no adapter in it');
    expect(await page.textContent('#model-name')).toContain('sleet on tiny');
  });

  it('works without a network after the first visit', async () => {
    site.close();
    await page.reload();
    await expectStatus(/Ready for an image/);
    await page.setInputFiles('#file', turned);
    await expectStatus(/Restored in/);
    await expect(fetch(site.url)).rejects.toThrow();
    expect(complaints).toEqual([]);
  });
});
