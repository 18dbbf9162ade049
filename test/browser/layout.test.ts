/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faintTexts } from './contrast.ts';
import { noBrowser } from './open-browser.ts';
import { type OpenPageOf, reportPages } from './report-pages.ts';

if (noBrowser !== undefined) process.stderr.write(`test/browser: skipped: ${noBrowser}\n`);

describe.skipIf(noBrowser !== undefined)('a report on screens', () => {
  let open: OpenPageOf;
  let close = async (): Promise<void> => {};
  beforeAll(async () => {
    ({ open, close } = await reportPages());
  });
  afterAll(() => close());

  const overflow = (page: Page) =>
    page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );

  test.each([390, 768, 1280])('nothing sticks out sideways at %d pixels', async (width) => {
    for (const name of ['report.html', 'evil.html', 'host.html']) {
      const { page, close } = await open(name, { viewport: { width, height: 800 } });
      expect(await overflow(page)).toBe(0);
      await close();
    }
  });

  test('a phone cuts off nothing, breaks no word into letters, and a model takes a few screens', async () => {
    for (const name of ['report.html', 'host.html']) {
      const { page, close } = await open(name, { viewport: { width: 390, height: 800 } });
      expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(9000);
      await page.locator('details').evaluateAll((all: HTMLDetailsElement[]) => {
        for (const details of all) details.open = true;
      });
      const { scrolling, cut } = await page.evaluate(() => {
        const seen = [...document.body.querySelectorAll<HTMLElement>('*')].filter(
          (element) => element.checkVisibility() && !element.closest('svg,thead,i'),
        );
        const lines = (element: HTMLElement): number => {
          const range = document.createRange();
          range.selectNodeContents(element);
          return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
        };
        return {
          scrolling: seen
            .filter(
              ({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1,
            )
            .filter((element) => getComputedStyle(element).display !== 'inline')
            .map(({ className, tagName }) => `${tagName}.${className}`),
          cut: seen
            .filter((element) => element.matches('h1,h2,h3,h4,th,dt'))
            .filter((element) => lines(element) > 2 + element.textContent.length / 4)
            .map(({ textContent }) => textContent),
        };
      });
      expect(scrolling).toEqual([]);
      expect(cut).toEqual([]);
      await close();
    }
  });

  test.each(['light', 'dark'] as const)(
    'every text is readable on a %s screen',
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
});
