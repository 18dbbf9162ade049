// The browser's entry point against Node's: time, memory and what a page loads, all measured in one run.
process.env.ORT_DISABLE_TELEMETRY = '1';

import { once } from 'node:events';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { cutImage } from '../../packages/imaging/dist/index.js';
import { Restorer, readImage, writeImage } from '../../packages/restore/dist/index.js';
import { root } from '../install.mjs';
import { writePage } from './measure.mjs';
import { renderers } from './web/processes.mjs';

const kilobytesAllowed = 250;
const timesAllowed = 3;
const gigabytesAllowed = 1.5;
const threads = 1;
const rounds = 3;
const browserPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const folder = mkdtempSync(join(tmpdir(), 'graft-bench-'));
const model = join(root, 'packages/restorer/model.onnx');
const photo = await readImage(join(root, 'assets/chelsea.jpg'));
const sizes = { small: [768, 512], large: [4000, 3000] };
for (const [name, [width, height]] of Object.entries(sizes)) {
  await writeImage(join(folder, `${name}.png`), cutImage(photo, { x: 0, y: 0, width, height }));
}
const megapixels = (sizes.small[0] * sizes.small[1]) / 1e6;

const { node, web } = await measure();
const sent = (file) =>
  gzipSync(readFileSync(join(root, 'packages/restore/dist', file))).length / 1000;
const page = sent('browser.js') + sent('worker.js');
const runtime = (file) =>
  gzipSync(readFileSync(join(root, 'node_modules/onnxruntime-web/dist', file))).length / 1e6;
const times = web.cpu / node.cpu;
const peak = web.peak / 1e9;
const verdict = (met) => (met ? 'met' : '**missed**');
const lines = [
  '| | Node | Chromium, wasm | target | |',
  '|---|---|---|---|---|',
  `| CPU seconds a megapixel | ${(node.cpu / megapixels).toFixed(1)} | ${(web.cpu / megapixels).toFixed(1)} | at most ${timesAllowed} times Node's: ${times.toFixed(1)} | ${verdict(times <= timesAllowed)} |`,
  `| milliseconds a megapixel, by the clock | ${Math.round(node.wall / megapixels)} | ${Math.round(web.wall / megapixels)} | | |`,
  `| first result of ${photo.width}x${photo.height} after the page loads, warm cache | | ${(web.first / 1000).toFixed(1)} s, of which the model opened in ${(web.opened / 1000).toFixed(1)} s | | |`,
  `| peak memory of the page's process at 12 megapixels, after ${web.tiles} of ${web.of} tiles | | ${peak.toFixed(2)} GB | at most ${gigabytesAllowed} GB | ${verdict(peak <= gigabytesAllowed)} |`,
  `| what a page loads besides the model and onnxruntime, gzip | | ${page.toFixed(0)} kB | at most ${kilobytesAllowed} kB | ${verdict(page <= kilobytesAllowed)} |`,
  `| onnxruntime's own: script and wasm, gzip | | ${runtime('ort.wasm.bundle.min.mjs').toFixed(2)} MB and ${runtime('ort-wasm-simd-threaded.wasm').toFixed(1)} MB | | |`,
  '',
  `The model of @pip-graft/restorer, { noise: 1 }, an image of ${sizes.small.join('x')}, ${threads} thread on both sides, one warm-up, then ${rounds} runs on each side by turns, of which the one with the least CPU time counts; CPU time is that of the process (Node) and of the renderer processes (Chromium). The clock depends on what else the machine does; CPU time depends less on it. Headless Chromium has no WebGPU on this machine, so there is no figure for it. The image of 12 megapixels was stopped after ${web.tiles} tiles of at most ${web.side} pixels a side, when the image, the result and one tile are in memory; the finished result adds 48 MB of bytes.`,
  '',
  "Convolutions of 3x3 take nine tenths of the time in wasm, by onnxruntime's own profile. Looked at by hand on 2026-11-30, without a browser: they run at 31 billion operations a second on one core, about what wasm's SIMD of four numbers gives without fused multiply-add. onnxruntime in Node has vectors of eight or sixteen, and the fused operation. No setting changes that: graph optimisation `all` is the fastest level (7.8 CPU seconds a megapixel; `extended` 8.0, `layout` 8.3, `basic` 9.0), without the memory arena or with planned memory it takes 8.3 and 8.5, with the weights left in float16 8.4. More threads share the work but add up to the same. What would help is a build of onnxruntime-web with relaxed SIMD, which has the fused operation; onnxruntime-web 1.30 has none.",
];
writePage('web', 'In a browser', 'npm run bench -- web', lines.join('\n'), '');
rmSync(folder, { recursive: true });

async function measure() {
  const restorer = await Restorer.open(model, { threads });
  const inNode = async () => {
    const before = process.cpuUsage();
    const start = performance.now();
    await restorer.restore(join(folder, 'small.png'), { noise: 1 });
    const { user, system } = process.cpuUsage(before);
    return { cpu: (user + system) / 1e6, wall: performance.now() - start };
  };
  await inNode();
  const measured = await restoreInChromium(inNode);
  await restorer.close();
  return measured;
}

/** The run with the least CPU time: what else the machine did only adds to it. */
function least(runs) {
  return runs.reduce((best, run) => (run.cpu < best.cpu ? run : best));
}

async function restoreInChromium(inNode) {
  const outDir = join(folder, 'site');
  const settings = { outDir, reportCompressedSize: false };
  await build({
    root: join(root, 'scripts/bench/web'),
    configFile: false,
    logLevel: 'error',
    build: settings,
  });
  const server = serve(outDir);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const address = `http://127.0.0.1:${port}/`;
  const browser = await chromium.launchServer({
    executablePath: browserPath,
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
  const pid = browser.process().pid;
  try {
    const page = await (await chromium.connect(browser.wsEndpoint())).newPage();
    const open = async () => {
      await page.goto(address);
      await page.waitForFunction(() => 'Restorer' in globalThis);
      return page.evaluate(
        async ([count]) => {
          globalThis.restorer = await globalThis.Restorer.open('/model.onnx', { threads: count });
          return performance.now();
        },
        [threads],
      );
    };
    await open();
    const opened = await open();
    const first = await page.evaluate(async () => {
      await globalThis.restorer.restore('/photo.jpg', { noise: 1 });
      return performance.now();
    });
    const inPage = async () => {
      const before = renderers(pid).seconds;
      const start = performance.now();
      await page.evaluate(() =>
        globalThis.restorer.restore('/small.png', { noise: 1 }).then(() => {}),
      );
      return { cpu: renderers(pid).seconds - before, wall: performance.now() - start };
    };
    await inPage();
    /** @type {Record<'node' | 'page', { cpu: number, wall: number }[]>} */
    const runs = { node: [], page: [] };
    for (let round = 0; round < rounds; round++) {
      runs.node.push(await inNode());
      runs.page.push(await inPage());
    }
    const large = await page.evaluate(async () => {
      const controller = new AbortController();
      const steps = { tiles: 0, of: 0, side: 0 };
      await globalThis.restorer
        .restore(
          '/large.png',
          { noise: 1 },
          {
            signal: controller.signal,
            onProgress: ({ done, total, tile }) => {
              if (tile === undefined) {
                steps.of = total - done;
                return;
              }
              steps.tiles++;
              steps.side = Math.max(tile.width, tile.height);
              if (steps.tiles === 2) controller.abort();
            },
          },
        )
        .catch(() => {});
      return steps;
    });
    const web = { ...least(runs.page), ...large, opened, first, peak: renderers(pid).peak };
    return { node: least(runs.node), web };
  } finally {
    await browser.close();
    server.close();
  }
}

function serve(site) {
  const files = { '/model.onnx': model, '/photo.jpg': join(root, 'assets/chelsea.jpg') };
  for (const name of Object.keys(sizes)) files[`/${name}.png`] = join(folder, `${name}.png`);
  const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
  return createServer(({ url = '/' }, response) => {
    const file = files[url] ?? join(site, url === '/' ? 'index.html' : url);
    const found = existsSync(file);
    response.writeHead(found ? 200 : 404, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'cache-control': 'max-age=600',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    if (found) createReadStream(file).pipe(response);
    else response.end();
  });
}
