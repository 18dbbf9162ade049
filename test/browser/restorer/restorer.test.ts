/// <reference lib="dom" />
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelBytes } from '@pip-graft/graft';
import { cutImage, type Image, imageOf } from '@pip-graft/imaging';
import { initSensor } from '@pip-graft/pip-core';
import { Restorer, readImage, writeImage } from '@pip-graft/restore';
import type * as restore from '@pip-graft/restore/web';
import { graftedFiles, labels, node, tinyModel } from '@pip-graft/test-utils';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser } from '../open-browser.ts';
import { isolation, openSite, type Site } from '../site.ts';
import { viteSite } from './build.ts';

declare const scope: {
  restore: typeof restore;
  restorer: restore.Restorer;
  inWorker(image: string): Promise<{ pixels: number[]; width: number; refusal: string }>;
};

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** The model in the package @pip-graft/restorer once it is built. */
const shipped = join(root, 'packages/restorer/model.onnx');

/** Those of EXIF. */
const orientations = [1, 2, 3, 4, 5, 6, 7, 8];

/** A model that is not a restorer. */
const vectorModel = () => {
  const vector = (name: string) => ({ name, dataType: 'float32', dims: [1, 4] }) as const;
  return tinyModel({
    nodes: [node('Relu', ['input'], 'output')],
    inputs: [vector('input')],
    outputs: [vector('output')],
  });
};

if (noBrowser !== undefined) process.stderr.write(`test/browser: skipped: ${noBrowser}\n`);

describe.skipIf(noBrowser !== undefined)('Restorer in chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
  let browser: Browser;
  let site: Site;
  let page: Page;
  /** 92x62, with noise; and the same image restored by Node. */
  let image: Image;
  let byNode: Image;

  beforeAll(async () => {
    const { grafted, base } = await graftedFiles(folder, {
      trained: true,
      plan: { auto: initSensor({ labels, seed: 1 }), inputs: 'optional' },
    });
    const files: Record<string, string> = {
      '/grafted.onnx': grafted,
      '/host.onnx': base,
      '/shipped.onnx': shipped,
    };
    const put = (name: string, bytes: string | Uint8Array): void => {
      files[`/${name}`] = join(folder, name);
      writeFileSync(join(folder, name), bytes);
    };
    const photo = await readImage(join(root, 'assets/chelsea.jpg'));
    image = cutImage(photo, { x: 120, y: 60, width: 92, height: 62 });
    await writeImage(join(folder, 'image.png'), image);
    files['/image.png'] = join(folder, 'image.png');
    put('text.png', 'this is no image');
    put('cut.png', readFileSync(join(folder, 'image.png')).subarray(0, 900));
    put('vector.onnx', modelBytes(vectorModel()));
    // The header of a 20000x20000 PNG, which is enough.
    const bomb = readFileSync(join(folder, 'image.png')).subarray(0, 60);
    bomb.writeUInt32BE(20_000, 16);
    bomb.writeUInt32BE(20_000, 20);
    put('bomb.png', bomb);
    await writeImage(join(folder, 'dot.png'), imageOf(1, 1, new Float32Array([0.2, 0.5, 0.8])));
    files['/dot.png'] = join(folder, 'dot.png');

    for (const orientation of orientations) {
      const name = `turned-${orientation}.webp`;
      const turned = sharp(join(folder, 'image.png')).withMetadata({ orientation });
      put(name, await turned.webp({ lossless: true }).toBuffer());
    }

    await using inNode = await Restorer.open(grafted);
    byNode = (await inNode.restore(join(folder, 'image.png'), { rain: 1 })).image;

    site = await openSite(await viteSite(folder), { files, headers: isolation });
    browser = await openBrowser();
    page = await browser.newPage();
    page.setDefaultTimeout(300_000);
    await page.goto(site.url);
    await page.waitForFunction(() => 'scope' in globalThis);
    await page.evaluate(async () => {
      scope.restorer = await scope.restore.Restorer.open('/grafted.onnx', { threads: 2 });
    });
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
    rmSync(folder, { recursive: true });
  });

  /** Share of values that differ by one step of 255; a larger difference fails. */
  const differing = (pixels: readonly number[], wanted: Image): number => {
    const size = wanted.width * wanted.height;
    expect(pixels.length).toBe(4 * size);
    let count = 0;
    for (let at = 0; at < size; at++) {
      for (let plane = 0; plane < 3; plane++) {
        const value = Math.round(wanted.data[plane * size + at]! * 255);
        const gap = Math.abs(pixels[4 * at + plane]! - value);
        expect(gap).toBeLessThanOrEqual(1);
        if (gap > 0) count++;
      }
      expect(pixels[4 * at + 3]).toBe(255);
    }
    return count / (3 * size);
  };

  it.each(orientations)('turns a WebP file of orientation %i as Node does', async (orientation) => {
    const name = `turned-${orientation}.webp`;
    const { pixels, size, restored } = await page.evaluate(async (name) => {
      const file = await (await fetch(name)).blob();
      const bitmap = await scope.restore.decodeFile(file);
      const { width, height } = bitmap;
      const context = new OffscreenCanvas(width, height).getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      const made = await scope.restorer.restore(file, { rain: 1 });
      return { pixels: [...data], size: [width, height], restored: [made.width, made.height] };
    }, name);
    const byNode = await readImage(join(folder, name));
    expect(size).toEqual([byNode.width, byNode.height]);
    expect(restored).toEqual(size);
    expect(differing(pixels, byNode)).toBe(0);
  });

  it("gives the model's labels and sensor, the device and why", async () => {
    const said = await page.evaluate(() => {
      const { labels, hasSensor, device } = scope.restorer;
      return { labels, hasSensor, device };
    });
    expect(said).toEqual({
      labels,
      hasSensor: true,
      device: { name: 'wasm', reason: '2 threads' },
    });
  });

  it('restores a PNG to the same pixels as Node, from every kind of source', async () => {
    const results = await page.evaluate(async () => {
      const file = await (await fetch('/image.png')).blob();
      const bitmap = await createImageBitmap(file);
      const { width, height } = bitmap;
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width, height });
      const context = canvas.getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      const offscreen = new OffscreenCanvas(width, height);
      offscreen.getContext('2d')!.drawImage(bitmap, 0, 0);
      const element = new Image();
      element.src = '/image.png';
      await element.decode();
      const pixels = context.getImageData(0, 0, width, height);
      const frame = new VideoFrame(bitmap, { timestamp: 0 });
      const bytes = new Uint8Array(await file.arrayBuffer());
      const sources = {
        url: '/image.png',
        address: new URL('/image.png', location.href),
        file: new File([file], 'image.png'),
        file2: file,
        bytes,
        bitmap,
        pixels,
        element,
        canvas,
        offscreen,
        frame,
      };
      const made: Record<string, number[]> = {};
      for (const [name, source] of Object.entries(sources)) {
        made[name] = [...(await scope.restorer.restore(source, { rain: 1 })).toPixels()];
      }
      // Passed objects can still be used.
      return { made, kept: [bitmap.width, bytes.length > 0, pixels.data.length > 0] };
    });
    expect(Object.keys(results.made)).toHaveLength(11);
    for (const pixels of Object.values(results.made)) {
      expect(differing(pixels, byNode)).toBeLessThanOrEqual(0.001);
    }
    expect(results.kept).toEqual([92, true, true]);
    // The graft has an effect on this image; otherwise nothing was compared.
    expect(differingFrom(image, byNode)).toBeGreaterThan(0.5);
  });

  const differingFrom = (a: Image, b: Image): number =>
    a.data.filter((value, at) => Math.round(value * 255) !== Math.round(b.data[at]! * 255)).length /
    a.data.length;

  it('restores with the shipped model as Node does', async () => {
    await using node = await Restorer.open(shipped);
    const wanted = (await node.restore(image, { noise: 1 }, { strength: 0.8 })).image;
    const detected = await node.detect(join(folder, 'image.png'));
    const there = await page.evaluate(async () => {
      const restorer = await scope.restore.Restorer.open('/shipped.onnx');
      const options = { strength: 0.8 };
      const restored = await restorer.restore('/image.png', { noise: 1 }, options);
      const detected = await restorer.detect('/image.png');
      await restorer.close();
      return { pixels: [...restored.toPixels()], detected, labels: restorer.labels };
    });
    expect(there.labels).toEqual(node.labels);
    expect(differing(there.pixels, wanted)).toBeLessThanOrEqual(0.001);
    for (const label of node.labels) {
      expect(there.detected[label]).toBeCloseTo(detected[label]!, 3);
    }
  });

  it('gives a file, a canvas and pixels of the same image', async () => {
    const made = await page.evaluate(async () => {
      const restored = await scope.restorer.restore('/image.png', { rain: 1 });
      const wanted = restored.toPixels();
      const read = async (source: ImageBitmapSource): Promise<Uint8ClampedArray> => {
        const bitmap = await createImageBitmap(source);
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
        context.drawImage(bitmap, 0, 0);
        return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
      };
      const same = (pixels: Uint8ClampedArray) => pixels.every((value, at) => value === wanted[at]);
      const blob = await restored.toBlob();
      const jpeg = await restored.toBlob('image/jpeg', { quality: 50 });
      const canvas = restored.toCanvas();
      return {
        types: [blob.type, jpeg.type],
        smaller: jpeg.size < blob.size,
        isElement: canvas instanceof HTMLCanvasElement,
        blob: same(await read(blob)),
        canvas: same(await read(canvas)),
        data: same(restored.toImageData().data),
        refusal: await restored.toBlob('image/tiff' as 'image/png').catch((error) => error.code),
      };
    });
    expect(made).toEqual({
      types: ['image/png', 'image/jpeg'],
      smaller: true,
      isElement: true,
      blob: true,
      canvas: true,
      data: true,
      refusal: 'RUNTIME_FAILED',
    });
  });

  it('works in a worker, which has no document', async () => {
    const { pixels, width, refusal } = await page.evaluate(() => scope.inWorker('/image.png'));
    expect(differing(pixels, byNode)).toBeLessThanOrEqual(0.001);
    expect(width).toBe(92);
    expect(refusal).toBe('toCanvas: a worker has no document; pass an OffscreenCanvas.');
  });

  it('finds the degradation without weights', async () => {
    const { found, detected } = await page.evaluate(async () => ({
      found: (await scope.restorer.restore('/image.png')).found,
      detected: await scope.restorer.detect('/image.png'),
    }));
    expect(Object.keys(detected)).toEqual(labels);
    expect(found).toEqual(detected);
  });

  it('reports each tile with its pixels, which make up the whole image', async () => {
    const { steps, same } = await page.evaluate(async () => {
      const steps: number[][] = [];
      const canvas = new OffscreenCanvas(92, 62);
      const context = canvas.getContext('2d')!;
      const restored = await scope.restorer.restore(
        '/image.png',
        { rain: 1 },
        {
          tile: 64,
          onProgress: ({ done, total, tile }) => {
            steps.push([done, total]);
            if (tile === undefined) return;
            const { x, y, width, height, pixels } = tile;
            steps.push([x, y, width, height]);
            context.putImageData(pixels, x, y);
          },
        },
      );
      const painted = context.getImageData(0, 0, 92, 62).data;
      const wanted = restored.toPixels();
      return { steps, same: painted.every((value, at) => value === wanted[at]) };
    });
    // The first two runs look at the whole image.
    expect(steps).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [0, 0, 64, 62],
      [4, 4],
      [32, 0, 60, 62],
    ]);
    expect(same).toBe(true);
  });

  it('stops between tiles when aborted, and works for the next call', async () => {
    const said = await page.evaluate(async () => {
      const done: number[] = [];
      const controller = new AbortController();
      const aborted = scope.restorer
        .restore(
          '/image.png',
          { rain: 1 },
          {
            tile: 32,
            signal: controller.signal,
            onProgress: (step) => {
              done.push(step.done, step.total);
              controller.abort(new Error('enough'));
            },
          },
        )
        .catch((error: Error) => error.message);
      const before = scope.restorer
        .restore('/image.png', undefined, { signal: AbortSignal.abort(new Error('never')) })
        .catch((error: Error) => error.message);
      const [first, second] = [await aborted, await before];
      const next = await scope.restorer.restore('/dot.png');
      return { first, second, done, next: next.width };
    });
    expect(said.first).toBe('enough');
    expect(said.second).toBe('never');
    expect(said.done[0]).toBe(1);
    expect(said.done).toHaveLength(2);
    expect(said.done[1]).toBeGreaterThan(4);
    expect(said.next).toBe(1);
  });

  it('restores several concurrent calls', async () => {
    const widths = await page.evaluate(() =>
      Promise.all(
        ['/image.png', '/dot.png', '/image.png'].map(
          async (image) => (await scope.restorer.restore(image)).width,
        ),
      ),
    );
    expect(widths).toEqual([92, 1, 92]);
  });

  it('keeps an image without colour grey', async () => {
    const grey = await page.evaluate(async () => {
      const data = new Uint8ClampedArray(4 * 64).map((_, at) =>
        at % 4 === 3 ? 255 : at - (at % 4),
      );
      const restored = await scope.restorer.restore(new ImageData(data, 8, 8), { rain: 1 });
      const out = restored.toPixels();
      return out.every((value, at) => at % 4 === 3 || value === out[at - (at % 4)]);
    });
    expect(grey).toBe(true);
  });

  it('keeps transparency', async () => {
    const alphas = await page.evaluate(async () => {
      const data = new Uint8ClampedArray(4 * 64).map((_, at) => (at % 4 === 3 ? at : 200));
      const restored = await scope.restorer.restore(new ImageData(data, 8, 8), { rain: 1 });
      const out = restored.toPixels();
      return data.every((value, at) => at % 4 !== 3 || out[at] === value);
    });
    expect(alphas).toBe(true);
  });

  it.each([
    [
      '/text.png',
      'CORRUPT_FILE',
      /not a readable image \(it is text \(this is no image\)\); the download may have failed/,
    ],
    ['/cut.png', 'CORRUPT_FILE', /cut\.png: not a readable image/],
    ['/bomb.png', 'LIMIT_EXCEEDED', /20000x20000 is more than a browser holds \(50 megapixels/],
    ['/none.png', 'READ_FAILED', /the server answered 404/],
    ['ftp://example.org/a.png', 'INVALID_ARGUMENT', /a page reads http:/],
    ['http://', 'INVALID_ARGUMENT', /not a URL/],
    [null, 'INVALID_ARGUMENT', /null cannot be restored; pass a File/],
    ['', 'INVALID_ARGUMENT', /not a URL; pass one, or a File/],
  ] as const)('says what is wrong with the image %s', async (source, code, message) => {
    const error = await page.evaluate(
      (image) =>
        scope.restorer
          .restore(image as string)
          .then(() => ({ code: 'none', message: '' }))
          .catch((error: restore.GraftError) => ({ code: error.code, message: error.message })),
      source,
    );
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it.each([
    ['@pip-graft/restorer', 'INVALID_ARGUMENT', /with Vite: import url from/i],
    [
      'hf:me/restorer',
      'INVALID_ARGUMENT',
      /pass the URL of the file, such as https:.*resolve.main/,
    ],
    ['', 'INVALID_ARGUMENT', /not a URL; pass one, or a File/],
    ['/none.onnx', 'READ_FAILED', /the server answered 404/],
    ['/image.png', 'NOT_ONNX', /image\.png: /],
    ['/vector.onnx', 'UNSUPPORTED_LAYOUT', /images need one input of shape/],
  ] as const)('says what is wrong with the model %s', async (model, code, message) => {
    const error = await page.evaluate(async (address) => {
      try {
        const restorer = await scope.restore.Restorer.open(address);
        await restorer.restore('/image.png').finally(() => restorer.close());
        return { code: 'none', message: '' };
      } catch (error) {
        const { code, message } = error as restore.GraftError;
        return { code, message };
      }
    }, model);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('rejects unknown labels, devices that a page does not have, and calls after close', async () => {
    const said = await page.evaluate(async () => {
      const { Restorer } = scope.restore;
      const code = (error: restore.GraftError) => error.code;
      const one = await scope.restorer.restore('/dot.png', { rian: 1 }).catch(code);
      const two = await Restorer.open('/host.onnx', { device: 'cuda' }).catch(code);
      const three = await Restorer.open('/host.onnx', { device: 'webgpu' }).catch(code);
      const host = await Restorer.open('/host.onnx', { device: 'cpu' });
      const four = await host.restore('/dot.png', { rain: 1 }).catch(code);
      const labels = host.labels.length;
      const plain = (await host.restore('/dot.png')).width;
      await host.close();
      const five = await host.restore('/dot.png').catch((error: Error) => error.message);
      return { one, two, three, four, five, labels, plain };
    });
    expect(said).toEqual({
      one: 'UNKNOWN_LABEL',
      two: 'DEVICE_UNAVAILABLE',
      three: 'DEVICE_UNAVAILABLE',
      four: 'INVALID_ARGUMENT',
      five: expect.stringContaining('it was closed; open it again') as string,
      labels: 0,
      plain: 1,
    });
  });
});
