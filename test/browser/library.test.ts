/// <reference lib="dom" />
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import {
  buildNafnet,
  initialWeights,
  nafnetDefaults,
  nafnetParameters,
} from '@pip-graft/backbones';
import { modelBytes } from '@pip-graft/graft';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundle } from './bundle.ts';
import { type Answer, graftBytes } from './graft-bytes.ts';
import { noBrowser, openBrowser } from './open-browser.ts';

const config = { ...nafnetDefaults, width: 8, encoder: [1, 1], decoder: [1, 1] };
const host = modelBytes(buildNafnet(config, initialWeights(nafnetParameters(config), 7)));
/**
 * Kilobytes, compressed: all entry points take 106 (in 2026-11), and a new dependency would show.
 */
const mostKilobytes = 140;

let onPage: Bundle;
let inWorker: Bundle;
beforeAll(async () => {
  onPage = await bundle('graft-page.ts');
  inWorker = await bundle('graft-worker.ts');
});

describe('the library as a browser bundle', () => {
  it('needs nothing that a browser lacks, with every entry point whole', () => {
    expect(onPage.missing).toEqual([]);
    expect(inWorker.missing).toEqual([]);
  });

  it('stays small', () => {
    const kilobytes = gzipSync(onPage.code).length / 1000;
    expect(kilobytes).toBeGreaterThan(20);
    expect(kilobytes).toBeLessThan(mostKilobytes);
  });
});

if (noBrowser !== undefined) process.stderr.write(`test/browser: skipped: ${noBrowser}\n`);

describe.skipIf(noBrowser !== undefined)('the library in chromium', () => {
  let browser: Browser;
  let server: Server;
  let page: Page;
  beforeAll(async () => {
    const files: Record<string, [type: string, body: string | Uint8Array]> = {
      '/': ['text/html', '<!doctype html><script type="module" src="/page.js"></script>'],
      '/page.js': ['text/javascript', onPage.code],
      '/worker.js': ['text/javascript', inWorker.code],
      '/host.onnx': ['application/octet-stream', host],
    };
    server = createServer((request, response) => {
      const [type, body] = files[request.url ?? ''] ?? ['text/plain', ''];
      // Neither eval nor anything from other origins.
      response.writeHead(200, {
        'content-type': type,
        'content-security-policy': "default-src 'none'; script-src 'self'; connect-src 'self'",
      });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  /** Grafts in the page, or in a worker started by it. */
  const graftThere = (where: 'page' | 'worker') =>
    page.evaluate(async (place) => {
      const bytes = new Uint8Array(await (await fetch('/host.onnx')).arrayBuffer());
      let answer: Answer;
      if (place === 'page') {
        const there = globalThis as unknown as { graftBytes(bytes: Uint8Array): Answer };
        answer = there.graftBytes(bytes);
      } else {
        const worker = new Worker('/worker.js', { type: 'module' });
        answer = await new Promise<Answer>((resolve, reject) => {
          worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.postMessage(bytes);
        });
        worker.terminate();
      }
      const { grafted, removed, code } = answer;
      return { grafted: [...grafted], removed: [...removed], code };
    }, where);

  it.each(['page', 'worker'] as const)(
    'grafts in a %s to the same bytes as Node, and removes the graft again',
    async (where) => {
      const { grafted, removed, code } = await graftThere(where);
      const here = graftBytes(host);
      expect(Uint8Array.from(grafted)).toEqual(here.grafted);
      expect(grafted.length).toBeGreaterThan(host.length);
      expect(Uint8Array.from(removed)).toEqual(host);
      expect(code).toBe('CORRUPT_FILE');
    },
  );
});
