/// <reference lib="dom" />
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cutImage } from '@pip-graft/imaging';
import { initSensor } from '@pip-graft/pip-core';
import { Restorer, readImage, writeImage } from '@pip-graft/restore';
import { graftedFiles, labels } from '@pip-graft/test-utils';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StudioServer, serveStudio } from '../../packages/cli/src/commands/studio.ts';
import { faintTexts } from './contrast.ts';
import { noBrowser, openBrowser } from './open-browser.ts';

/** Patience for a busy machine. */
const patience = { timeout: 300_000 } as const;
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
const file = join(folder, 'cat.png');
let base = '';
let grafted = '';
let server: StudioServer;
beforeAll(async () => {
  ({ base, grafted } = await graftedFiles(folder, {
    trained: true,
    plan: { auto: initSensor({ labels, seed: 1 }) },
  }));
  const photo = await readImage(join(root, 'assets/chelsea.jpg'));
  await writeImage(file, cutImage(photo, { x: 120, y: 60, width: 90, height: 60 }));
  server = await serveStudio({ path: grafted, name: 'grafted.onnx' });
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true });
});

describe('the server of the studio', () => {
  const ask = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>(
      (resolve, reject) => {
        const { hostname, port } = new URL(server.url);
        get({ hostname, port, path, headers, agent: false }, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () =>
            resolve({
              status: response.statusCode!,
              headers: response.headers,
              body: Buffer.concat(parts),
            }),
          );
        }).on('error', reject);
      },
    );

  it('serves the page, isolated and with a policy, and the model', async () => {
    const { status, headers, body } = await ask('/');
    expect(status).toBe(200);
    expect(body.toString()).toContain('<title>PIP Graft studio</title>');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect((await ask('/model.onnx')).body).toEqual(readFileSync(grafted));
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
  });

  it('serves nothing else: no other file, host or method', async () => {
    for (const path of ['/../package.json', '/%2e%2e/package.json', '//etc/passwd', '/assets']) {
      expect((await ask(path)).status).toBe(404);
    }
    expect((await ask('/model.onnx', { host: 'evil.example' })).status).toBe(421);
    expect((await fetch(server.url, { method: 'POST' })).status).toBe(405);
  });

  it('sends compressed wasm if accepted, and plain wasm otherwise', async () => {
    const name = 'ort-wasm-simd-threaded';
    const pages = join(root, 'packages/cli/dist/studio-page/assets');
    const wasm = readdirSync(pages).find((each) => each.startsWith(`${name}-`))!;
    const path = `/assets/${wasm.replace(/\.br$/, '')}`;
    const small = await ask(path, { 'accept-encoding': 'gzip, br' });
    expect(small.headers['content-encoding']).toBe('br');
    expect(small.headers['content-type']).toBe('application/wasm');
    const whole = await ask(path);
    expect(whole.headers['content-encoding']).toBeUndefined();
    expect(whole.body.subarray(0, 4)).toEqual(Buffer.from('\0asm'));
    expect(whole.body.length).toBeGreaterThan(3 * small.body.length);
  });
});

if (noBrowser !== undefined) process.stderr.write(`test/browser: skipped: ${noBrowser}\n`);

describe.skipIf(noBrowser !== undefined)('the studio in chromium', () => {
  let browser: Browser;
  let page: Page;
  const asked: string[] = [];
  const complaints: string[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
    page.setDefaultTimeout(patience.timeout);
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(server.url);
    await page.waitForFunction(() =>
      document.getElementById('status')!.textContent.includes('Ready for an image'),
    );
  });
  afterAll(() => browser?.close());

  const status = () => page.textContent('#status');
  const expectStatus = (text: RegExp) => expect.poll(status, patience).toMatch(text);
  const slider = (name: string) => page.getByRole('slider', { name });

  /** Drops a file on the page as a user does. */
  const drop = async (path: string, name: string): Promise<void> => {
    const data = await page.evaluateHandle(
      ([bytes, fileName]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(bytes)], fileName, { type: 'image/png' }));
        return transfer;
      },
      [[...readFileSync(path)], name] as const,
    );
    await page.dispatchEvent('body', 'drop', { dataTransfer: data });
  };

  const downloaded = async (): Promise<{ name: string; path: string }> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    const path = join(folder, 'download.png');
    await download.saveAs(path);
    return { name: download.suggestedFilename(), path };
  };

  it('keeps the place of the keyboard if a sample is chosen with it', async () => {
    await page.getByRole('button', { name: 'Rain' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => !document.getElementById('stage')!.hidden);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('stage');
  });

  it('restores a dropped file and shows what its sensor found', async () => {
    await drop(file, 'cat.png');
    await expectStatus(/Restored in/);
    await using node = await Restorer.open(grafted);
    const found = await node.detect(file);
    for (const label of labels) {
      const shown = Number(await slider(label).inputValue());
      expect(Math.abs(shown - Math.min(1, found[label]!))).toBeLessThanOrEqual(0.026);
    }
  });

  it("restores again when a slider moves, and downloads the same image as Node's", async () => {
    for (const label of labels) await slider(label).fill(label === 'rain' ? '0.5' : '0');
    await slider('Strength').fill('0.8');
    await expect
      .poll(() => page.locator('#snippets').textContent(), patience)
      .toContain('rain: 0.5');
    await expectStatus(/Restored in/);
    await expect
      .poll(() => page.getByRole('button', { name: 'Download' }).isEnabled(), patience)
      .toBe(true);
    const { name, path } = await downloaded();
    expect(name).toBe('restored-cat.png');
    await using node = await Restorer.open(grafted);
    const wanted = (await node.restore(file, { rain: 0.5 }, { strength: 0.8 })).image;
    const got = await readImage(path);
    let gap = 0;
    for (const [at, value] of wanted.data.entries()) {
      gap = Math.max(gap, Math.abs(Math.round(value * 255) - Math.round(got.data[at]! * 255)));
    }
    expect(gap).toBeLessThanOrEqual(1);
    const code = await page.locator('#snippets').textContent();
    expect(code).toContain("restorer.restore('cat.png', { rain: 0.5 }, { strength: 0.8 })");
    expect(code).toContain('graft restore grafted.onnx cat.png');
  });

  it('compares by keyboard and by mouse', async () => {
    const at = () =>
      page.evaluate(() =>
        document.querySelector<HTMLElement>('#stage')!.style.getPropertyValue('--at'),
      );
    expect(await at()).toBe('50%');
    await slider('Compare').focus();
    await page.keyboard.press('ArrowLeft');
    expect(await at()).toBe('48%');
    const stage = (await page.locator('#stage').boundingBox())!;
    const middle = stage.y + stage.height / 2;
    await page.mouse.move(stage.x + stage.width * 0.48, middle);
    await page.mouse.down();
    await page.mouse.move(stage.x + stage.width * 0.2, middle, { steps: 4 });
    await page.mouse.up();
    expect(Number.parseFloat(await at())).toBeCloseTo(20, 0);
    // The whole image is on the stage: a drag anywhere moves the divider.
    await page.mouse.move(stage.x + stage.width * 0.5, middle);
    await page.mouse.down();
    await page.mouse.move(stage.x + stage.width * 0.6, middle, { steps: 4 });
    await page.mouse.up();
    expect(Number.parseFloat(await at())).toBeCloseTo(30, 0);
    expect(await slider('Compare').getAttribute('aria-valuetext')).toBe(
      '30 % before, the rest after',
    );
  });

  it('zooms and moves both sides in step', async () => {
    const transforms = () =>
      page.evaluate(() =>
        ['before', 'after'].map((id) => document.getElementById(id)!.style.transform),
      );
    const [fitted] = await transforms();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    for (let press = 0; press < 5; press++)
      await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.locator('#stage').focus();
    await page.keyboard.press('ArrowRight');
    const [before, after] = await transforms();
    expect(before).toBe(after);
    expect(before).not.toBe(fitted);
    expect(await page.textContent('#scale')).toBe('1600 %');
    await page.getByRole('button', { name: 'Fit' }).click();
    expect((await transforms())[0]).toBe(fitted);
  });

  it('reports errors in plain words and continues', async () => {
    const text = join(folder, 'text.png');
    writeFileSync(text, 'this is no image');
    await drop(text, 'text.png');
    await expect
      .poll(() => page.textContent('#alert'), patience)
      .toContain('text.png: not a readable image');
    // The header of a PNG of 20000x20000, which is enough.
    const head = '89504e470d0a1a0a0000000d4948445200004e2000004e20080200000000000000';
    writeFileSync(text, Buffer.from(head, 'hex'));
    await drop(text, 'huge.png');
    await expect
      .poll(() => page.textContent('#alert'), patience)
      .toContain('huge.png: 20000x20000 is more than a browser holds');
    await drop(text, 'text.onnx');
    await expect
      .poll(() => page.textContent('#alert'), patience)
      .toContain('This file is not an ONNX model.');
    await page.setInputFiles('#model', {
      name: 'adapter_model.safetensors',
      mimeType: '',
      buffer: Buffer.from('this is no model'),
    });
    await expect
      .poll(() => page.textContent('#alert'), patience)
      .toContain('adapter_model.safetensors: not an ONNX model');
    await drop(grafted, 'mine.onnx');
    await expect
      .poll(() => page.textContent('#model-name'), patience)
      .toContain('mine.onnx. Runs on wasm');
    await expectStatus(/Restored in/);
    expect(await page.isVisible('#alert')).toBe(false);
  });

  it('restores with a network without a graft', async () => {
    await drop(base, 'host.onnx');
    await expect
      .poll(() => page.textContent('#model-name'), patience)
      .toContain('host.onnx. Runs on wasm');
    await expectStatus(/Restored in/);
    expect(await page.isVisible('#alert')).toBe(false);
    await drop(grafted, 'mine.onnx');
    await expect.poll(() => page.textContent('#model-name'), patience).toContain('mine.onnx');
    await expectStatus(/Restored in/);
  });

  it('made no request to others and threw no error', () => {
    expect(asked.length).toBeGreaterThan(5);
    expect(
      asked.filter((url) => !url.startsWith(server.url) && !/^(blob|data):/.test(url)),
    ).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('fits a phone and is readable: %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.locator('#code').evaluate((details: HTMLDetailsElement) => {
      details.open = true;
    });
    for (const width of [280, 320, 390, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      const sticksOut = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(sticksOut).toBe(0);
      const broken = await page.evaluate(() =>
        [...document.querySelectorAll('#tools button')].filter((button) => {
          const text = document.createRange();
          text.selectNodeContents(button);
          return new Set([...text.getClientRects()].map(({ top }) => top)).size > 1;
        }),
      );
      expect(broken).toEqual([]);
      const panel = (await page.locator('#panel').boundingBox())!;
      for (const box of await page.locator('#panel > *').all()) {
        const inner = await box.boundingBox();
        if (inner) expect(inner.x + inner.width).toBeLessThanOrEqual(panel.x + panel.width);
      }
    }
    const { looked, faint } = await page.evaluate(faintTexts, 4.5);
    expect(looked).toBeGreaterThan(20);
    expect(faint).toEqual([]);
  });

  it('has a name for every control', async () => {
    const nameless = await page.evaluate(
      () =>
        [...document.querySelectorAll<HTMLElement>('button,input,canvas,progress,fieldset')].filter(
          (element) =>
            !element.closest('.samples canvas') &&
            ![element.ariaLabel, element.textContent, element.closest('label')?.textContent].some(
              (text) => text?.trim(),
            ),
        ).length,
    );
    expect(nameless).toBe(0);
    const said = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('#panel input[type=range]')].map(
        ({ ariaValueText }) => ariaValueText,
      ),
    );
    expect(said).toHaveLength(labels.length + 1);
    for (const text of said) expect(text).toMatch(/^\d+ %$/);
  });
});
