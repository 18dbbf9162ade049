/// <reference lib="dom" />
import { buildJUnit } from '@pip-graft/report';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evil, withTexts } from '../../packages/report/test/support.ts';
import { noBrowser } from './open-browser.ts';
import { type OpenPageOf, reportPages, withImages } from './report-pages.ts';

if (noBrowser !== undefined) process.stderr.write(`test/browser: skipped: ${noBrowser}\n`);

describe.skipIf(noBrowser !== undefined)('a report in chromium', () => {
  let open: OpenPageOf;
  let close = async (): Promise<void> => {};
  beforeAll(async () => {
    ({ open, close } = await reportPages());
  });
  afterAll(() => close());

  test.each(['report.html', 'evil.html', 'host.html'])(
    '%s opens from a file without an error or a request, and its images are visible',
    async (name) => {
      const { page, complaints, close } = await open(name);
      const blank = await page.evaluate(async () => {
        const images = [...document.images];
        for (const image of images) image.loading = 'eager';
        await Promise.all(images.map((image) => image.decode()));
        return images.filter((image) => image.naturalWidth === 0).length;
      });
      expect(blank).toBe(0);
      expect(complaints).toEqual([]);
      await close();
    },
  );

  test('the policy stops an injected script and request', async () => {
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

  test('hostile names are text on the page and have no effect', async () => {
    const { page, complaints, close } = await open('evil.html');
    expect(await page.title()).toBe(evil);
    expect(await page.locator('h2').first().textContent()).toBe(evil);
    expect(await page.locator('.compare img').first().getAttribute('alt')).toBe(`${evil}: ${evil}`);
    expect(await page.locator('script').count()).toBe(1);
    expect(complaints).toEqual([]);
    await close();
  });

  test('has one of each landmark, and a name for every image and control', async () => {
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

  test('JUnit XML with hostile names is valid XML in a browser', async () => {
    const { page, close } = await open('report.html');
    const source = buildJUnit(withTexts(await withImages(), evil));
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
