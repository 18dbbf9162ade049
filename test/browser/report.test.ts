/// <reference lib="dom" />
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  buildHostPage,
  buildJUnit,
  buildReport,
  differenceMap,
  imageOf,
  mapPicture,
  type ReportData,
  reportPicture,
} from '@pip-graft/runtime';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  everything,
  evil,
  failed,
  model,
  withTexts,
} from '../../packages/runtime/test/report/support.ts';
import { faintTexts } from './contrast.ts';
import { noBrowser, openBrowser } from './open-browser.ts';

if (noBrowser !== undefined) process.stderr.write(`test/browser: skipped: ${noBrowser}\n`);

/** Pictures that can be told apart by their colour. */
async function withPictures(): Promise<ReportData> {
  const filled = (value: number) => imageOf(60, 40, new Float32Array(3 * 60 * 40).fill(value));
  const before = await reportPicture(filled(0.1), 'input', '20.0 dB');
  const after = await reportPicture(filled(0.9), 'grafted', '30.0 dB');
  const map = await mapPicture(differenceMap(filled(0.1), filled(0.9)), 'rain');
  const untrained = { ...everything, trained: false };
  return {
    title: 'A report',
    summary: 'What was done.',
    models: [
      {
        ...untrained,
        comparisons: [
          { title: 'rain', before, after },
          { title: 'haze', before, after },
        ],
        strips: [{ title: 'rain', pictures: [before, after, before, after] }],
        differences: { ...everything.differences, pictures: [map] },
        promptMaps: [{ ...everything.promptMaps[0]!, pictures: [map, map] }],
      },
      model('a-name-without-any-space-that-goes-on_and_on_and_on/to-the-very-end.onnx', failed),
      model('passed'),
    ],
    notes: [{ label: 'Machine', value: '2 cores' }],
  };
}

describe.skipIf(noBrowser !== undefined)('a report in chromium', () => {
  let browser: Browser;
  let folder = '';
  const url = (name: string) => pathToFileURL(join(folder, name)).href;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
    const data = await withPictures();
    writeFileSync(join(folder, 'report.html'), buildReport(data));
    writeFileSync(join(folder, 'evil.html'), buildReport(withTexts(data, evil)));
    const page = { name: evil, summary: evil, facts: [], ladders: everything.ladders };
    const rejected = [{ value: evil, reason: evil }];
    writeFileSync(
      join(folder, 'host.html'),
      buildHostPage({ ...page, warnings: [evil], rejected }),
    );
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    if (folder !== '') rmSync(folder, { recursive: true });
  });

  /** Opens a file with the network cut; whatever the page complained of or asked for ends up in `complaints`. */
  async function open(name: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ offline: true, ...options });
    const complaints: string[] = [];
    const page = await context.newPage();
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      const asked = request.url();
      if (asked !== url(name) && !asked.startsWith('data:')) complaints.push(`asked for ${asked}`);
    });
    await page.goto(url(name));
    return { page, complaints, close: () => context.close() };
  }

  const overflow = (page: Page) =>
    page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );

  test.each(['report.html', 'evil.html', 'host.html'])(
    '%s opens from a file without a complaint or a request, and its pictures can be seen',
    async (name) => {
      const { page, complaints, close } = await open(name);
      const blank = await page.evaluate(async () => {
        const pictures = [...document.images];
        for (const picture of pictures) picture.loading = 'eager';
        await Promise.all(pictures.map((picture) => picture.decode()));
        return pictures.filter((picture) => picture.naturalWidth === 0).length;
      });
      expect(blank).toBe(0);
      expect(complaints).toEqual([]);
      await close();
    },
  );

  test('the policy stops a script and a request that got in', async () => {
    const { page, complaints, close } = await open('report.html');
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "taken over"';
      document.body.append(script);
      const image = document.createElement('img');
      image.src = 'https://example.org/pixel.png';
      document.body.append(image);
    });
    const refused = () => complaints.filter((complaint) => complaint.includes('Content Security'));
    await expect.poll(() => refused().length).toBe(2);
    expect(refused()[0]).toContain('Executing inline script');
    expect(refused()[1]).toContain("Loading the image 'https://example.org/pixel.png'");
    expect(await page.title()).toBe('A report');
    await close();
  });

  test('the slider works by keyboard and says what it shows', async () => {
    const { page, close } = await open('report.html');
    const slider = page.getByRole('slider', { name: 'rain: how much of “input” covers “grafted”' });
    const shares = () =>
      page.evaluate(() => {
        const box = document.querySelector('.compare')!;
        return {
          at: getComputedStyle(box).getPropertyValue('--at'),
          clip: getComputedStyle(box.querySelector('.before img')!).clipPath,
        };
      });
    await slider.focus();
    expect((await shares()).at).toBe('50%');
    const before = await shares();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft']) await page.keyboard.press(key);
    expect((await shares()).at).toBe('51%');
    expect(before.clip).toMatch(/^inset\(/);
    expect((await shares()).clip).not.toBe(before.clip);
    await page.keyboard.press('Home');
    expect((await shares()).at).toBe('0%');
    await page.keyboard.press('End');
    expect((await shares()).at).toBe('100%');
    expect(await slider.getAttribute('aria-valuetext')).toBe('100 % input');
    // The other comparison stayed where it was.
    const second = page.getByRole('slider').nth(1);
    expect(await second.inputValue()).toBe('50');
    // Focus can be seen.
    const outline = await page.evaluate(
      () => getComputedStyle(document.querySelector('.compare input + .edge')!).outlineStyle,
    );
    expect(outline).toBe('solid');
    await close();
  });

  test('what the slider shows is what it says: left of the edge the one, right of it the other', async () => {
    const { page, close } = await open('report.html');
    const slider = page.getByRole('slider').first();
    await slider.scrollIntoViewIfNeeded();
    const stage = (await page.locator('.compare .before img').first().boundingBox())!;
    await page.mouse.click(stage.x + stage.width * 0.25, stage.y + stage.height / 2);
    expect(Number(await slider.inputValue())).toBeGreaterThan(20);
    expect(Number(await slider.inputValue())).toBeLessThan(30);
    const shot = await page.screenshot({
      clip: { x: stage.x, y: stage.y + 4, width: stage.width, height: 4 },
    });
    const levels = await page.evaluate(
      async (bytes) => {
        const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
        context.drawImage(bitmap, 0, 0);
        return [0.1, 0.6].map(
          (share) => context.getImageData(Math.round(bitmap.width * share), 1, 1, 1).data[0]!,
        );
      },
      [...shot],
    );
    expect(levels[0]).toBeLessThan(60);
    expect(levels[1]).toBeGreaterThan(200);
    await close();
  });

  test('everything that can be operated is reached with the Tab key, and its focus is seen', async () => {
    const { page, close } = await open('report.html');
    const wanted = await page.locator('a[href],input,[tabindex="0"]').count();
    const reached = new Set<number>();
    for (let press = 0; press < wanted + 2; press++) {
      await page.keyboard.press('Tab');
      const index = await page.evaluate(() => {
        const list = [...document.querySelectorAll('a[href],input,[tabindex="0"]')];
        const active = document.activeElement!;
        if (active === document.body) return -1;
        const shown = active.matches('input') ? active.nextElementSibling! : active;
        const { outlineStyle, outlineWidth } = getComputedStyle(shown);
        return outlineStyle === 'none' || outlineWidth === '0px' ? -2 : list.indexOf(active);
      });
      expect(index).not.toBe(-2);
      if (index >= 0) reached.add(index);
    }
    expect(reached.size).toBe(wanted);
    await close();
  });

  test.each([390, 768, 1280])('nothing sticks out sideways at %d pixels', async (width) => {
    for (const name of ['report.html', 'evil.html', 'host.html']) {
      const { page, close } = await open(name, { viewport: { width, height: 800 } });
      expect(await overflow(page)).toBe(0);
      await close();
    }
  });

  test.each(['light', 'dark'] as const)(
    'every text can be read on a %s screen',
    async (colorScheme) => {
      for (const name of ['report.html', 'host.html']) {
        const { page, close } = await open(name, { colorScheme });
        const { looked, faint } = await page.evaluate(faintTexts, 4.5);
        expect(looked).toBeGreaterThan(10);
        expect(faint).toEqual([]);
        await close();
      }
    },
  );

  test('dark is dark', async () => {
    const { page, close } = await open('report.html', { colorScheme: 'dark' });
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe('rgb(18, 22, 15)');
    await close();
  });

  test('without scripts both pictures stand side by side and there is no dead control', async () => {
    const { page, complaints, close } = await open('report.html', { javaScriptEnabled: false });
    const [before, after] = await Promise.all(
      ['.before img', '.after img'].map((part) => page.locator(part).first().boundingBox()),
    );
    expect(before!.y).toBe(after!.y);
    expect(before!.x + before!.width).toBeLessThanOrEqual(after!.x);
    expect(before!.width).toBeGreaterThan(100);
    expect(await page.locator('input:visible').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test('on paper too, and nothing is cut off', async () => {
    const { page, close } = await open('report.html', { viewport: { width: 720, height: 1000 } });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const [before, after] = await Promise.all(
      ['.before img', '.after img'].map((part) => page.locator(part).first().boundingBox()),
    );
    expect(before!.x + before!.width).toBeLessThanOrEqual(after!.x);
    expect(await page.locator('input:visible').count()).toBe(0);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    );
    expect((await page.evaluate(faintTexts, 4.5)).faint).toEqual([]);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
    await close();
  });

  test('hostile names are text on the page and do nothing', async () => {
    const { page, complaints, close } = await open('evil.html');
    expect(await page.title()).toBe(evil);
    expect(await page.locator('h2').first().textContent()).toBe(evil);
    expect(await page.locator('.compare img').first().getAttribute('alt')).toBe(`${evil}: ${evil}`);
    expect(await page.locator('script').count()).toBe(1);
    expect(complaints).toEqual([]);
    await close();
  });

  test('it has one of each landmark, and every picture and control has a name', async () => {
    const { page, close } = await open('report.html');
    for (const role of ['banner', 'main', 'contentinfo'] as const) {
      expect(await page.getByRole(role).count()).toBe(1);
    }
    const nameless = await page.evaluate(
      () =>
        [
          ...document.querySelectorAll('img,input,[role="region"],[role="group"],[role="img"]'),
        ].filter(
          (element) =>
            (element.getAttribute('alt') ?? element.getAttribute('aria-label') ?? '').trim() === '',
        ).length,
    );
    expect(nameless).toBe(0);
    await close();
  });

  test('JUnit XML with hostile names is XML to a browser', async () => {
    const { page, close } = await open('report.html');
    const source = buildJUnit(withTexts(await withPictures(), evil));
    const found = await page.evaluate((text) => {
      const { documentElement } = new DOMParser().parseFromString(text, 'application/xml');
      return {
        root: documentElement.nodeName,
        name: documentElement.getAttribute('name'),
        cases: documentElement.querySelectorAll('testsuite > testcase').length,
        errors: documentElement.querySelectorAll('parsererror').length,
      };
    }, source);
    expect(found).toEqual({ root: 'testsuites', name: evil, cases: 6, errors: 0 });
    await close();
  });
});
