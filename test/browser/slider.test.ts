/// <reference lib="dom" />
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faintTexts } from './contrast.ts';
import { noBrowser } from './open-browser.ts';
import { type OpenPageOf, reportPages } from './report-pages.ts';

if (noBrowser !== undefined) process.stderr.write(`test/browser: skipped: ${noBrowser}\n`);

describe.skipIf(noBrowser !== undefined)('comparing images', () => {
  let open: OpenPageOf;
  let close = async (): Promise<void> => {};
  beforeAll(async () => {
    ({ open, close } = await reportPages());
  });
  afterAll(() => close());

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
    // The other comparison did not move.
    const second = page.getByRole('slider').nth(1);
    expect(await second.inputValue()).toBe('50');
    // Focus is visible.
    const outline = await page.evaluate(
      () => getComputedStyle(document.querySelector('.compare input + .edge')!).outlineStyle,
    );
    expect(outline).toBe('solid');
    await close();
  });

  test('the slider shows one image to the left of its edge and the other to the right', async () => {
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

  test('the Tab key reaches every control, with visible focus', async () => {
    const { page, close } = await open('report.html');
    await page.locator('details').evaluateAll((all: HTMLDetailsElement[]) => {
      for (const details of all) details.open = true;
    });
    const wanted = await page.locator('a[href],input,summary,[tabindex="0"]').count();
    const reached = new Set<number>();
    for (let press = 0; press < wanted + 2; press++) {
      await page.keyboard.press('Tab');
      const index = await page.evaluate(() => {
        const list = [...document.querySelectorAll('a[href],input,summary,[tabindex="0"]')];
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

  test('without scripts both images are side by side, and no control is left dead', async () => {
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

  test('also side by side on paper, with nothing cut off', async () => {
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
    // Collapsed details are printed.
    expect(await page.locator('details table').first().isVisible()).toBe(true);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
    await close();
  });
});
