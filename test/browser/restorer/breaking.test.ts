/// <reference lib="dom" />
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageOf } from '@pip-graft/imaging';
import { writeImage } from '@pip-graft/restore';
import type * as restore from '@pip-graft/restore/web';
import { graftedFiles } from '@pip-graft/test-utils';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, startWorker } from '../../../packages/restore/src/web/connection.ts';
import type { RestoredPixels } from '../../../packages/restore/src/web/messages.ts';
import type { chooseBuild } from '../../../packages/restore/src/web/start-runtime.ts';
import { noBrowser, openBrowser } from '../open-browser.ts';
import { isolation, openSite, type Site } from '../site.ts';
import { addClassicPage, esbuildSite } from './build.ts';

declare const scope: {
  chooseBuild: typeof chooseBuild;
  connect(way: 'memory' | 'abort'): Promise<Connection>;
  restore: typeof restore;
  startWorker: typeof startWorker;
  startedWorkers(): number;
};

if (noBrowser !== undefined) process.stderr.write(`test/browser: skipped: ${noBrowser}\n`);

describe.skipIf(noBrowser !== undefined)('in chromium, when something breaks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
  let browser: Browser;
  let site: Site;
  let page: Page;
  beforeAll(async () => {
    const { grafted } = await graftedFiles(folder, { trained: true });
    const image = join(folder, 'image.png');
    const data = Float32Array.from({ length: 3 * 150 * 70 }, (_, at) => 0.5 + 0.4 * Math.sin(at));
    await writeImage(image, imageOf(150, 70, data));
    const files = { '/grafted.onnx': grafted, '/image.png': image };
    const entries = ['breaking-page.ts', 'breaking-worker.ts'];
    site = await openSite(await esbuildSite(folder, entries, ['@pip-graft/source']), { files });
    browser = await openBrowser();
    page = await browser.newPage();
    page.setDefaultTimeout(300_000);
    await page.goto(site.url);
    await page.waitForFunction(() => 'scope' in globalThis);
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
    rmSync(folder, { recursive: true });
  });

  it('halves the tile when memory runs out', async () => {
    const { sides, width } = await page.evaluate(async () => {
      const connection = await scope.connect('memory');
      const image = await (await fetch('/image.png')).blob();
      const sides: number[] = [];
      const request = { image, label: 'image.png', weights: { rain: 1 }, progress: true } as const;
      const { width } = await connection.call('restore', request, {
        onStep: ({ tile }) => tile && sides.push(tile.width, tile.height),
      });
      connection.close();
      return { sides, width };
    });
    expect(width).toBe(150);
    expect(sides.length).toBeGreaterThan(4);
    expect(Math.max(...sides)).toBeLessThanOrEqual(64);
  });

  it('replaces a worker whose runtime aborted and restores the next image', async () => {
    const said = await page.evaluate(async () => {
      const connection = await scope.connect('abort');
      const before = scope.startedWorkers();
      const data = (side: number) => new Uint8ClampedArray(3 * side * side).fill(90);
      const call = (side: number): Promise<RestoredPixels> =>
        connection.call(
          'restore',
          {
            image: { data: data(side), width: side, height: side },
            label: 'image',
            weights: { rain: 1 },
            progress: false,
          },
          {},
        );
      const message = (error: Error) => error.message;
      const [broken, waiting] = await Promise.all([
        call(40).then(() => 'none', message),
        call(16).then(() => 'none', message),
      ]);
      const { width } = await call(16);
      connection.close();
      return { broken, waiting, width, started: scope.startedWorkers() - before };
    });
    expect(said.broken).toContain('Aborted()');
    expect(said.waiting).toMatch(/its worker ended .* call again, with a smaller tile/);
    expect(said.width).toBe(16);
    expect(said.started).toBe(1);
  });

  it('falls back to wasm without a WebGPU adapter, and says why if it was requested', async () => {
    const said = await page.evaluate(async () => {
      const none = { requestAdapter: () => Promise.resolve(null) };
      const failing = { requestAdapter: () => Promise.reject(new Error('lost')) };
      const some = { requestAdapter: () => Promise.resolve({}) };
      const { chooseBuild } = scope;
      return {
        none: await chooseBuild('auto', none),
        failing: await chooseBuild('auto', failing),
        some: await chooseBuild('auto', some),
        cpu: await chooseBuild('cpu', some),
        asked: await chooseBuild('webgpu', none).catch((error: Error) => error.message),
      };
    });
    expect(said).toEqual({
      none: 'wasm',
      failing: 'wasm',
      some: 'webgpu',
      cpu: 'wasm',
      asked: "device 'webgpu': no graphics card is available; use 'auto'.",
    });
  });
});

describe.skipIf(noBrowser !== undefined)('a page of esbuild, which bundles no worker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
  let browser: Browser;
  let files: Record<string, string>;
  let built: string;
  beforeAll(async () => {
    files = { '/grafted.onnx': (await graftedFiles(folder, { trained: true })).grafted };
    built = await esbuildSite(folder, ['page.ts']);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens the page, then the model; returns the device or the error. */
  const openThere = async (headers: Record<string, string>, wasm?: string, path = '') => {
    const site = await openSite(built, { files, headers });
    const page = await browser.newPage();
    page.setDefaultTimeout(300_000);
    try {
      await page.goto(`${site.url}${path}`);
      await page.waitForFunction(() => 'scope' in globalThis);
      return await page.evaluate(async (address) => {
        const options = { threads: 2, ...(address === undefined ? {} : { wasm: address }) };
        const { Restorer } = scope.restore;
        try {
          const restorer = await Restorer.open('/grafted.onnx', options);
          const data = new Uint8ClampedArray(3 * 64).fill(9);
          const { width } = await restorer.restore({ data, width: 8, height: 8 }, { rain: 1 });
          await restorer.close();
          return `${width} ${restorer.device.reason}`;
        } catch (error) {
          return (error as Error).message;
        }
      }, wasm);
    } finally {
      await page.close();
      site.close();
    }
  };

  it('restores, with threads if the page is isolated', async () => {
    expect(await openThere(isolation)).toBe('8 2 threads');
    expect(await openThere({})).toMatch(/^8 1 thread, because the page is not cross-origin/);
  });

  it('finds the wasm file in a given folder, or says in one line what to do', async () => {
    files['/own/ort-wasm-simd-threaded.wasm'] = join(built, 'ort-wasm-simd-threaded.wasm');
    expect(await openThere({}, '/own/')).toMatch(/^8 1 thread/);
    expect(await openThere({}, '/nowhere/')).toMatch(
      /nowhere\/ort-wasm-simd-threaded\.wasm cannot be loaded .*; copy node_modules\/onnxruntime-web\/dist\/ort-wasm-simd-threaded\.wasm beside your script, or pass \{ wasm: 'https:\/\/cdn\.jsdelivr\.net\/npm\/onnxruntime-web@\d+\.\d+\.\d+\/dist\/' \}/,
    );
  });

  it('finds the wasm file beside a classic script, wherever the page is', async () => {
    const path = await addClassicPage(built, 'page.ts');
    expect(await openThere({}, undefined, path)).toMatch(/^8 1 thread/);
  });

  it('says that the page does not allow WebAssembly', async () => {
    const policy = "script-src 'self'; worker-src blob:";
    expect(await openThere({ 'content-security-policy': policy })).toBe(
      "onnxruntime-web: this page does not allow WebAssembly; allow it with Content-Security-Policy: script-src 'self' 'wasm-unsafe-eval'.",
    );
  });

  it('names the policy that keeps it from starting', async () => {
    const policy = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
    expect(await openThere({ 'content-security-policy': policy })).toMatch(
      /a worker cannot start here: .* worker-src 'self' blob:/,
    );
  });
});
