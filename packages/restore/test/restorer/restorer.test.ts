import { getEventListeners } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Image, imageOf } from '@pip-graft/imaging';
import { initSensor } from '@pip-graft/pip-core';
import {
  decodeImage,
  loadSharp,
  Restorer,
  readImage,
  restoreImage,
  writeImage,
} from '@pip-graft/restore';
import { createSession } from '@pip-graft/runtime';
import { graftedFiles, labels } from '@pip-graft/test-utils';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const image: Image = imageOf(
  24,
  16,
  Float32Array.from({ length: 3 * 24 * 16 }, (_, at) => 0.5 + 0.4 * Math.sin(at * 0.7)),
);
const photo = join(folder, 'photo.png');
let base = '';
let grafted = '';
beforeAll(async () => {
  ({ base, grafted } = await graftedFiles(folder, { trained: true }));
  await writeImage(photo, image);
});

/** The result of the functions that Restorer is built on. */
async function expected(degradation: number[], strength = 1): Promise<Image> {
  const session = await createSession(grafted);
  const source = await readImage(photo);
  const made = await restoreImage(session, source, { sizeMultiple: 4, degradation, strength });
  await session.release();
  return made;
}

describe('Restorer', () => {
  it('restores in three lines, from a path to a file', async () => {
    const restorer = await Restorer.open(grafted);
    expect(restorer.labels).toEqual(labels);
    const restored = await restorer.restore(photo, { rain: 1, haze: 0.5 });
    const path = join(folder, 'restored.png');
    await restored.save(path);
    await restorer.close();
    const wanted = await expected([1, 0.5, 0]);
    expect(restored.image.data).toEqual(wanted.data);
    expect((await readImage(path)).width).toBe(24);
  });

  it('accepts bytes, URLs and pixels for model and image, with the same result', async () => {
    await using restorer = await Restorer.open(readFileSync(grafted));
    const pixels = new Uint8ClampedArray(4 * 24 * 16).fill(255);
    const source = await readImage(photo);
    for (let at = 0; at < 24 * 16; at++)
      for (let plane = 0; plane < 3; plane++)
        pixels[4 * at + plane] = Math.round(source.data[plane * 24 * 16 + at]! * 255);
    const wanted = await expected([0, 1, 0], 0.5);
    const sources = [
      pathToFileURL(photo),
      pathToFileURL(photo).href,
      readFileSync(photo),
      source,
      { data: pixels, width: 24, height: 16 },
    ];
    for (const each of sources) {
      const { image: made } = await restorer.restore(each, { haze: 1 }, { strength: 0.5 });
      expect(made.data).toEqual(wanted.data);
    }
    const { image: made } = await restorer.restore({ data: pixels, width: 24, height: 16 });
    expect(made.alpha).toEqual(new Float32Array(24 * 16).fill(1));
  });

  it.each(['required', 'optional'] as const)(
    'returns images of odd sizes in their size: inputs %s',
    async (inputs) => {
      const home = mkdtempSync(join(folder, 'odd-'));
      const made = await graftedFiles(home, { trained: true, plan: { inputs } });
      await using restorer = await Restorer.open(made.grafted);
      const odd = imageOf(23, 15, image.data.slice(0, 3 * 23 * 15));
      const { image: restored } = await restorer.restore(odd, { rain: 1 });
      expect([restored.width, restored.height]).toEqual([23, 15]);
      const session = await createSession(made.grafted);
      const settings = { sizeMultiple: 4, degradation: [1, 0, 0] };
      expect(restored.data).toEqual((await restoreImage(session, odd, settings)).data);
      await session.release();
    },
  );

  it('opens an installed package by name', async () => {
    const home = join(folder, 'project');
    const installed = join(home, 'node_modules/@me/restorer');
    mkdirSync(installed, { recursive: true });
    writeFileSync(
      join(installed, 'package.json'),
      '{ "name": "@me/restorer", "version": "1.0.0" }',
    );
    writeFileSync(join(installed, 'model.onnx'), readFileSync(grafted));
    await using restorer = await Restorer.open('@me/restorer', { cwd: home });
    expect(restorer.labels).toEqual(labels);
    await using named = await Restorer.open('@me/restorer/model.onnx', { cwd: home });
    expect(named.labels).toEqual(labels);
    await expect(Restorer.open('@me/absent/model.onnx', { cwd: home })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/@me.absent.model\.onnx: could not be read/) as string,
    });
    await expect(Restorer.open('@me/absent', { cwd: home })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('npm install @me/absent') as string,
    });
  });

  it('says what an installed package is that holds no model', async () => {
    const home = join(folder, 'without');
    const installed = join(home, 'node_modules/@me/adapter');
    mkdirSync(installed, { recursive: true });
    await expect(Restorer.open('@me/adapter', { cwd: home })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message:
        '@me/adapter: the package is installed, but has no model.onnx; pass the path of a model.',
    });
    writeFileSync(join(installed, 'adapter_config.json'), '{}');
    await expect(Restorer.open('@me/adapter', { cwd: home })).rejects.toMatchObject({
      message:
        '@me/adapter: an adapter, not a model; graft it onto its host: npx graft apply HOST --adapter @me/adapter -o grafted.onnx.',
    });
  });

  it('accepts an ArrayBuffer, a Blob and data: and blob: URLs for model and image', async () => {
    const bytes = (path: string) => new Uint8Array(readFileSync(path));
    const dataUrl = (path: string) =>
      `data:application/octet-stream;base64,${readFileSync(path).toString('base64')}`;
    const wanted = await expected([1, 0, 0]);
    const blobUrl = URL.createObjectURL(new Blob([bytes(photo)]));
    const forms = [
      [bytes(grafted).buffer, bytes(photo).buffer],
      [new Blob([bytes(grafted)]), new Blob([bytes(photo)])],
      [dataUrl(grafted), dataUrl(photo)],
      [pathToFileURL(grafted), blobUrl],
    ] as const;
    for (const [model, source] of forms) {
      await using restorer = await Restorer.open(model);
      expect((await restorer.restore(source, { rain: 1 })).image.data).toEqual(wanted.data);
    }
    URL.revokeObjectURL(blobUrl);
  });

  it('reads and saves names with a colon, and file: URLs', async () => {
    await using restorer = await Restorer.open(grafted);
    const restored = await restorer.restore(photo, { rain: 1 });
    const home = mkdtempSync(join(folder, 'names-'));
    const [colon, address] = [join(home, 'at-9:30.png'), join(home, 'a b.png')];
    await restored.save(colon);
    await restored.save(pathToFileURL(address).href);
    await restored.save(pathToFileURL(address));
    expect(readdirSync(home).sort()).toEqual(['a b.png', 'at-9:30.png']);
    const before = process.cwd();
    process.chdir(home);
    try {
      expect((await restorer.restore('at-9:30.png')).width).toBe(24);
    } finally {
      process.chdir(before);
    }
    await expect(restored.save('https://example.org/a.png')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^https:.*saved to files; pass a path/) as string,
    });
  });

  it('takes an undefined weight for an omitted one', async () => {
    await using restorer = await Restorer.open(grafted);
    const { image: made } = await restorer.restore(photo, { rain: 1, haze: undefined });
    expect(made.data).toEqual((await expected([1, 0, 0])).data);
    const all = await restorer.restore(photo, { rain: undefined });
    expect(all.image.data).toEqual((await restorer.restore(photo)).image.data);
  });

  describe('says what is wrong with what TypeScript would have rejected', () => {
    const size = { width: 2, height: 2 };
    const sources: [string, unknown, RegExp][] = [
      [
        '16 bits',
        { data: new Uint16Array(12), ...size },
        /pixels: an? Uint16Array does not hold one byte/,
      ],
      ['doubles', { data: new Float64Array(12), ...size }, /pixels: a Float64Array does not/],
      [
        'interleaved floats',
        { data: new Float32Array(12), ...size, channels: 3 },
        /a Float32Array holds three planes of 2x2, 12 numbers .* pass interleaved pixels/,
      ],
      [
        'too few floats',
        { data: new Float32Array(11), ...size },
        /three planes of 2x2, 12 numbers/,
      ],
      [
        'too little alpha',
        { data: new Float32Array(12), alpha: new Float32Array(3), ...size },
        /its alpha has 3 numbers; pass 4/,
      ],
      [
        'a negative size',
        { data: new Uint8Array(12), width: -2, height: -2 },
        /-2x-2 is not a size/,
      ],
      ['half a pixel', { data: new Uint8Array(12), width: 1.5, height: 8 / 3 }, /is not a size/],
      [
        'a promise',
        Promise.resolve(new Uint8Array(1)),
        /image: a Promise cannot be restored; pass/,
      ],
      ['null', null, /image: null cannot be restored/],
      ['nothing', undefined, /image: undefined cannot be restored/],
      ['a list', { data: [1, 2, 3], ...size }, /image: an Object cannot be restored/],
      ['no name', '', /image '': it is empty/],
      ['text for a size', { data: new Uint8Array(3), width: '1', height: '1' }, /'1'x'1' is not/],
      ['no URL', 'http://', /http:\/\/: it is not a valid URL/],
    ];
    it.each(sources)('image: %s', async (_name, source, message) => {
      await using restorer = await Restorer.open(grafted);
      await expect(restorer.restore(source as never)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(message) as string,
      });
    });

    const weights: [string, unknown, RegExp][] = [
      ['a Map', new Map([['rain', 1]]), /weights: a Map was passed; pass numbers by label/],
      ['a list', [1, 0, 0], /weights: an Array was passed/],
      ['a name', 'rain', /weights: a String was passed/],
      ['null', null, /weights: null was passed/],
      ['a Set', new Set(['rain']), /weights: a Set was passed/],
      ['a Promise', Promise.resolve({ rain: 1 }), /weights: a Promise was passed/],
      ['text', { rain: '1' }, /degradation weights 'rain="1"'/],
      [
        'NaN',
        { rain: Number.NaN },
        /degradation weights 'rain=NaN': they must be numbers, finite and not negative/,
      ],
    ];
    it.each(weights)('weights: %s', async (_name, given, message) => {
      await using restorer = await Restorer.open(grafted);
      await expect(restorer.restore(photo, given as never)).rejects.toMatchObject({
        code: 'INVALID_WEIGHTS',
        message: expect.stringMatching(message) as string,
      });
    });

    it.each([
      [Number.NaN, 'NaN'],
      [Number.POSITIVE_INFINITY, 'Infinity'],
      [1e39, '1e+39'],
      ['1', 'a string'],
      [null, 'null'],
    ])('strength: %s', async (strength, given) => {
      await using restorer = await Restorer.open(grafted);
      await expect(
        restorer.restore(photo, { rain: 1 }, { strength: strength as never }),
      ).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: `strength: ${given} is not a finite number; pass one such as 0.5.`,
      });
    });

    it('a strength that adapters are not trained for, and pages, are warned of', async () => {
      await using restorer = await Restorer.open(grafted);
      const usual = await restorer.restore(photo, { rain: 1 }, { strength: 1.5 });
      expect(usual.warnings.filter((text) => text.includes('strength'))).toEqual([]);
      const sharp = await loadSharp();
      const page = { create: { width: 8, height: 8, channels: 3, background: 'red' } } as const;
      const second = { create: { ...page.create, background: 'blue' } } as const;
      const frames = [await sharp(page).png().toBuffer(), await sharp(second).png().toBuffer()];
      const gif = await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer();
      const { warnings } = await restorer.restore(gif, { rain: 1 }, { strength: -3 });
      expect(warnings.slice(0, 2)).toEqual([
        'only the first of its 2 pages is restored',
        'strength -3: adapters are trained at 1; outside 0 to 1.5 results may be unusable.',
      ]);
    });

    it.each([
      [0, '0'],
      [-1, '-1'],
      [1.5, '1.5'],
      [Number.NaN, 'NaN'],
      ['64', "'64'"],
      [null, 'null'],
    ])('tile: %s', async (tile, given) => {
      await using restorer = await Restorer.open(grafted);
      await expect(restorer.restore(photo, {}, { tile: tile as never })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: `tile: ${given} is not a whole number of pixels; pass one such as 512, or 'auto'.`,
      });
    });

    const settings: [unknown, string][] = [
      [null, 'options: null was passed; pass an object such as { strength: 0.5 }.'],
      [0.5, 'options: a Number was passed; pass an object such as { strength: 0.5 }.'],
      [
        { signal: new AbortController() },
        'signal: an AbortController was passed; pass an AbortSignal, such as the `signal` of an AbortController.',
      ],
      [
        { strenght: 0.5 },
        "options: no option is called 'strenght'; use one of strength, tile, signal, onProgress; did you mean 'strength'?",
      ],
      [{ onProgress: true }, 'onProgress: a Boolean was passed; pass a function.'],
    ];
    it.each(settings)('options: %s', async (options, message) => {
      await using restorer = await Restorer.open(grafted);
      const wrong = { code: 'INVALID_ARGUMENT', message };
      await expect(restorer.restore(photo, {}, options as never)).rejects.toMatchObject(wrong);
    });

    it('a constructor', () => {
      const Built = Restorer as unknown as new (model: string) => unknown;
      expect(() => new Built(grafted)).toThrow(
        'new Restorer: a model loads asynchronously; use await Restorer.open(model).',
      );
    });

    it('options of opening, looking and saving', async () => {
      await expect(Restorer.open(grafted, 'cuda' as never)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: 'options: a String was passed; pass an object such as { threads: 2 }.',
      });
      await using restorer = await Restorer.open(grafted);
      await expect(restorer.detect(photo, 64 as never)).rejects.toThrow(/^options: a Number/);
      await expect(restorer.detect(photo, { strength: 1 } as never)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: "options: no option is called 'strength'; use one of tile, signal, onProgress.",
      });
      await expect(restorer.restore(photo, { strength: 0.5 } as never)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message:
          "weights: 'strength' is an option; pass it after the weights: restore(image, weights, { strength: … }).",
      });
      const restored = await restorer.restore(photo);
      const path = join(folder, 'never.jpg');
      await expect(restored.save(path, 90 as never)).rejects.toThrow(/^options: a Number/);
      await expect(restored.save(undefined as never)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: 'path: undefined was passed; pass a path or a URL.',
      });
      expect((await restored.toBlob('png' as never)).type).toBe('image/png');
    });

    const floats = (value: number) => imageOf(2, 1, new Float32Array(6).fill(value));
    it.each([Number.NaN, 128, -3])('values of an image: %s', async (value) => {
      await using restorer = await Restorer.open(grafted);
      await expect(restorer.restore(floats(value))).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: `image: its values go from 0 to 1, and ${value} is among them; divide values up to 255 by 255.`,
      });
      // A filter before may overshoot.
      expect((await restorer.restore(floats(1.2))).width).toBe(2);
    });

    const opened: [string, unknown, object, RegExp][] = [
      ['a number', 4, {}, /model: a Number cannot be opened; pass a path/],
      ['nothing', undefined, {}, /model: undefined cannot be opened/],
      ['options of no kind', 'x.onnx', null as never, /options: null was passed; pass an object/],
      ['a URL as a folder', 'x', { cwd: new URL('file:///x') }, /cwd: it takes a path as text/],
      ['a number to feed', 'x.onnx', { feeds: 5 }, /feeds: it takes an object and was passed a/],
      ['no name', '', {}, /model '': it is empty/],
      ['a device', 'model', { device: 'gpu' }, /device 'gpu': use one of 'auto', 'cpu'/],
      ['threads', 'model', { threads: 1.5 }, /threads: 1.5 is not a whole number from 1 to 1024/],
      ['a range', 'model', { range: '0..2' }, /range '0..2': use one of '0..1', '0..255'/],
    ];
    it.each(opened)('open: %s', async (_name, model, options, message) => {
      await expect(
        Restorer.open((model === 'model' ? grafted : model) as never, options),
      ).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(message) as string,
      });
    });

    it('formats and qualities', async () => {
      await using restorer = await Restorer.open(grafted);
      const restored = await restorer.restore(photo);
      for (const quality of [0, 101, 9.5, Number.NaN]) {
        await expect(restored.toBytes('jpeg', { quality })).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: `quality: ${quality} is not a whole number from 1 to 100; pass one such as 95.`,
        });
      }
      await expect(restored.toBlob('image/jpg' as never)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/^format 'jpg': images are written as png, jpeg/) as string,
      });
    });
  });

  it('queues calls, reports tiles and stops when aborted', async () => {
    await using restorer = await Restorer.open(grafted);
    const steps: string[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) =>
      steps.push(`${done}/${total}`);
    const aborted = restorer.restore(photo, { rain: 1 }, { signal: AbortSignal.abort() });
    const whole = restorer.restore(photo, { rain: 1 }, { onProgress });
    await expect(aborted).rejects.toThrow(/abort/i);
    expect((await whole).image.data).toEqual((await expected([1, 0, 0])).data);
    expect(steps).toEqual(['1/1']);
  });

  it('restores what it was passed, whatever the caller changes meanwhile', async () => {
    await using restorer = await Restorer.open(grafted);
    const wanted = (await expected([1, 0, 0])).data;
    const source = await readImage(photo);
    const floats = { ...source, data: source.data.slice() };
    const file = readFileSync(photo);
    const weights = { rain: 1, haze: 0 };
    const results = [restorer.restore(floats, weights), restorer.restore(file, weights)];
    floats.data.fill(0);
    file.fill(0);
    Object.assign(weights, { rain: 0, haze: 1 });
    for (const { image: made } of await Promise.all(results)) expect(made.data).toEqual(wanted);
  });

  it('returns grey pixels of a grey image, whatever tint the network makes', async () => {
    await using restorer = await Restorer.open(grafted);
    const data = Uint8Array.from({ length: 24 * 16 }, (_, at) => (at * 7) % 256);
    const restored = await restorer.restore({ data, width: 24, height: 16 }, { rain: 1 });
    const [red, green] = [restored.image.data[0]!, restored.image.data[24 * 16]!];
    expect(Math.abs(red - green)).toBeGreaterThan(1 / 255);
    const pixels = restored.toPixels();
    expect(pixels.every((value, at) => at % 4 === 3 || value === pixels[at - (at % 4)])).toBe(true);
    // As the file that it is saved as.
    const file = await decodeImage(await restored.toBytes('png'));
    expect(Math.round(file.data[0]! * 255)).toBe(pixels[0]);
  });

  it.each([3, 4] as const)('and so of grey in %i channels, as in a page', async (channels) => {
    await using restorer = await Restorer.open(grafted);
    const one = Uint8Array.from({ length: 24 * 16 }, (_, at) => (at * 7) % 256);
    const data = Uint8Array.from({ length: channels * one.length }, (_, at) =>
      at % channels === 3 ? 255 : one[Math.floor(at / channels)]!,
    );
    const size = { width: 24, height: 16 };
    const wanted = await restorer.restore({ data: one, ...size }, { rain: 1 });
    const restored = await restorer.restore({ data, ...size }, { rain: 1 });
    expect(restored.toPixels()).toEqual(wanted.toPixels());
    const sharp = await loadSharp();
    const { channels: written } = await sharp(await restored.toBytes('png')).metadata();
    expect(written).toBe(channels);
  });

  it('rejects an aborted call at once, also behind others', async () => {
    await using restorer = await Restorer.open(grafted);
    const stop = new AbortController();
    const ended: string[] = [];
    const first = restorer.restore(photo, { rain: 1 }).then(() => ended.push('first'));
    const second = restorer
      .restore(photo, { rain: 1 }, { signal: stop.signal })
      .catch(() => ended.push('second'));
    const more = restorer
      .restore(photo, { rain: 1 }, { signal: stop.signal })
      .catch(() => ended.push('third'));
    // Node warns of many listeners on one signal.
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
    stop.abort();
    await Promise.all([first, second, more]);
    expect(ended).toEqual(['second', 'third', 'first']);
  });

  it('closes once, after the calls before it, and rejects those after it', async () => {
    await using restorer = await Restorer.open(readFileSync(grafted));
    const running = restorer.restore(photo, { rain: 1 });
    const closed = restorer.close();
    const after = [restorer.restore(photo), restorer.detect(photo), restorer.warmUp()];
    for (const { reason } of (await Promise.allSettled(after)) as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: 'model: it was closed; open it again.',
      });
    }
    expect((await running).image.data).toEqual((await expected([1, 0, 0])).data);
    await closed;
    expect(await restorer.close()).toBeUndefined();
  });

  it('works with an ungrafted network and rejects weights for it', async () => {
    await using restorer = await Restorer.open(base);
    expect(restorer.labels).toEqual([]);
    expect((await restorer.restore(photo)).width).toBe(24);
    // As the studio passes them: all labels of a model without any.
    expect((await restorer.restore(photo, {})).width).toBe(24);
    await expect(restorer.restore(photo, { rain: 1 })).rejects.toThrow(/takes no weights/);
    await expect(restorer.restore(photo, undefined, { strength: 1 })).rejects.toThrow(
      /takes no strength/,
    );
    await expect(restorer.detect(photo)).rejects.toThrow(/no sensor/);
  });

  it('reports invalid weights, pixels and files', async () => {
    await using restorer = await Restorer.open(grafted);
    await expect(restorer.restore(photo, { rian: 1 })).rejects.toMatchObject({
      code: 'UNKNOWN_LABEL',
    });
    await expect(restorer.restore(photo, { rain: -1 })).rejects.toMatchObject({
      code: 'INVALID_WEIGHTS',
    });
    const data = new Uint8Array(5);
    await expect(restorer.restore({ data, width: 2, height: 2 })).rejects.toThrow(
      '5 values do not make an image of 2x2',
    );
    await expect(restorer.restore(new Uint8Array([1, 2]))).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
    });
    const drawing = new Blob(['<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>']);
    await expect(restorer.restore(drawing)).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message:
        'image: not a readable image (it is an SVG drawing); convert it to PNG, TIFF or JPEG first.',
    });
    await expect(restorer.restore(new File([], 'mine.png'))).rejects.toThrow(/^mine\.png: not a/);
    await expect(restorer.restore('ftp://example.org/a.png')).rejects.toThrow(/only file:, http:/);
    await expect(restorer.restore('https://me:secret@example.org/a.png')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(
        /^https:..example\.org.a\.png: a URL with a user name or a password is not fetched/,
      ) as string,
    });
  });

  it("fetches images and models over http and reports the server's answer", async () => {
    const files: Record<string, string> = { '/photo.png': photo, '/model.onnx': grafted };
    const server = createServer(({ url }, response) => {
      const file = files[url ?? ''];
      response.writeHead(file === undefined ? 404 : 200);
      response.end(file === undefined ? '' : readFileSync(file));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await using restorer = await Restorer.open(`${home}/model.onnx`);
      const { image: made } = await restorer.restore(new URL(`${home}/photo.png`), { rain: 1 });
      expect(made.data).toEqual((await expected([1, 0, 0])).data);
      await expect(restorer.restore(`${home}/none.png`)).rejects.toMatchObject({
        code: 'READ_FAILED',
        message: expect.stringContaining('answered 404') as string,
      });
    } finally {
      server.close();
    }
  });

  it('keeps no connection whose answer is an error', async () => {
    let closed = (): void => {};
    const closing = new Promise<void>((resolve) => {
      closed = resolve;
    });
    // A long page, whose end is never sent.
    const server = createServer((_, response) => {
      response.once('close', closed).writeHead(404);
      response.write(Buffer.alloc(100_000, 'page'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.onnx`;
    try {
      await expect(Restorer.open(url)).rejects.toMatchObject({ code: 'READ_FAILED' });
      await closing;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("reports the server's answer if the connection ends inside its page", async () => {
    const ended = new ReadableStream({ start: (page) => page.error(new TypeError('terminated')) });
    vi.stubGlobal('fetch', async () => new Response(ended, { status: 404 }));
    try {
      await expect(Restorer.open('https://example.org/model.onnx')).rejects.toMatchObject({
        code: 'READ_FAILED',
        message: expect.stringContaining('answered 404') as string,
      });
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('reports a download that ends early', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write(Buffer.alloc(10), () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.onnx`;
    try {
      await expect(Restorer.open(url)).rejects.toMatchObject({
        code: 'READ_FAILED',
        message: `${url}: the connection ended early; try again.`,
      });
    } finally {
      server.close();
    }
  });

  it('detects degradations with its sensor and uses them if no weights are given', async () => {
    const home = mkdtempSync(join(folder, 'blind-'));
    const blind = await graftedFiles(home, {
      trained: true,
      plan: { auto: initSensor({ labels, seed: 1 }) },
    });
    await using restorer = await Restorer.open(blind.grafted);
    const found = await restorer.detect(photo);
    expect(Object.keys(found)).toEqual(labels);
    const restored = await restorer.restore(photo);
    expect(restored.found).toEqual(found);
  });
});
