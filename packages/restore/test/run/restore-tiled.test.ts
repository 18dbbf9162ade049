import {
  autoTile,
  bytesPerPixel,
  deepestScale,
  fixedInside,
  type Image,
  imageOf,
} from '@pip-graft/imaging';
import { GraftError, graphFacts } from '@pip-graft/onnx-graft';
import { defaultOverlap, restoreImage, restoreTiled, tileGap } from '@pip-graft/restore';
import { createSession, type Session } from '@pip-graft/runtime';
import {
  constant,
  halvingModel,
  node,
  picture,
  tinyModel,
  tinyUnet,
  wrappedUnet,
} from '@pip-graft/test-utils';
import { describe, expect, test } from 'vitest';

/** An image of numbers that look like noise and include the extremes. */
function noisy(width: number, height: number): Image {
  const data = Float32Array.from(
    { length: 3 * width * height },
    (_, i) => ((i * 7919) % 1009) / 1008,
  );
  return imageOf(width, height, data);
}

const identity = (width?: number, height?: number) => {
  const value = { dataType: 'float32', dims: ['b', 3, height ?? 'h', width ?? 'w'] } as const;
  return tinyModel({
    nodes: [node('Identity', ['input'], 'output')],
    inputs: [{ ...value, name: 'input' }],
    outputs: [{ ...value, name: 'output' }],
  });
};

/** output = input - mean(input) + 0.5: pools over everything it sees. */
const pooling = tinyModel({
  nodes: [
    node('GlobalAveragePool', ['input'], 'mean'),
    node('Sub', ['input', 'mean'], 'centred'),
    node('Add', ['centred', 'half'], 'output'),
  ],
  inputs: [picture('input')],
  outputs: [picture('output')],
  initializers: [constant('half', [0.5], [])],
});

/** A session with memory for `pixels` that fails with onnxruntime's message beyond that. */
function cramped(session: Session, pixels: number, message: string): Session & { ran: string[] } {
  const ran: string[] = [];
  const run: Session['run'] = (feeds, fetches) => {
    const [, , height, width] = feeds['input']!.dims;
    ran.push(`${width}x${height}`);
    if (width! * height! <= pixels) return session.run(feeds, fetches);
    const cause = new Error(message);
    return Promise.reject(new GraftError('RUNTIME_FAILED', 'it failed', { cause }));
  };
  return { ...session, run, ran };
}

describe('restoreTiled', () => {
  test.each([
    [{ tile: 32, overlap: 8 }],
    [{ tile: 40, overlap: 33 }],
    [{ tile: 24, overlap: 0, sizeMultiple: 8 }],
    [{}],
  ])('an identity model returns the image bit for bit: %o', async (options) => {
    const session = await createSession(identity());
    const image = { ...noisy(101, 67), bitDepth: 16, alpha: new Float32Array(6767) } as const;
    expect(await restoreTiled(session, image, options)).toEqual(image);
    await session.release();
  });

  test('a local model matches the whole image where no other tile reaches', async () => {
    const session = await createSession(tinyUnet());
    const image = noisy(96, 80);
    const whole = await restoreImage(session, image, { sizeMultiple: 4 });
    const options = { sizeMultiple: 4, tile: 48, overlap: 32 };
    const tiled = await restoreTiled(session, image, options);
    // Its reach is below 32, so no other tile affects the outer 8 columns of the first one.
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        expect(tiled.data[y * 96 + x]).toBeCloseTo(whole.data[y * 96 + x]!, 6);
      }
    }
    expect(await tileGap(session, image, options)).toMatchObject({ width: 96, height: 80 });
    await session.release();
  });

  test('a single tile equals the whole image, including padding and clipping', async () => {
    const session = await createSession(tinyUnet());
    const image = noisy(50, 37);
    const options = { sizeMultiple: 4 };
    expect(await restoreTiled(session, image, options)).toEqual(
      await restoreImage(session, image, options),
    );
    await session.release();
  });

  test('a pooling model differs, and tileGap says by how much', async () => {
    const session = await createSession(pooling);
    // Left half 0.25, right half 0.75: whole it stays so, tiles that see one half become 0.5.
    const data = Float32Array.from({ length: 3 * 64 * 32 }, (_, i) => (i % 64 < 32 ? 0.25 : 0.75));
    const gap = await tileGap(session, imageOf(64, 32, data), { tile: 32, overlap: 0 });
    expect(gap).toEqual({
      width: 64,
      height: 32,
      tile: 32,
      overlap: 0,
      psnr: expect.closeTo(12.0412, 3),
      maxAbs: expect.closeTo(0.25, 6),
    });
    const none = await tileGap(session, imageOf(64, 32, data), { tile: 64, overlap: 0 });
    expect(none).toMatchObject({ psnr: null, maxAbs: 0 });
    await session.release();
  });

  test('a fixed size: splits larger images into tiles and mirrors smaller ones up to it', async () => {
    const session = await createSession(identity(48, 48));
    for (const image of [
      noisy(300, 280),
      noisy(100, 48),
      noisy(20, 130),
      noisy(5, 3),
      noisy(48, 48),
    ]) {
      expect(await restoreTiled(session, image)).toEqual(image);
    }
    await session.release();
  });

  test('tiles float16 models', async () => {
    const value = (name: string) => picture(name, 'float16');
    const model = tinyModel({
      nodes: [node('Identity', ['input'], 'output')],
      inputs: [value('input')],
      outputs: [value('output')],
    });
    const session = await createSession(model);
    const image = noisy(70, 40);
    const tiled = await restoreTiled(session, image, { tile: 32 });
    tiled.data.forEach((at, i) => {
      expect(at).toBeCloseTo(image.data[i]!, 3);
    });
    await session.release();
  });

  test('halves the tile when out of memory, says so and continues', async () => {
    const native = await createSession(identity());
    const session = cramped(native, 64 * 64, 'Failed to allocate memory for requested buffer');
    const shrunk: number[][] = [];
    const image = noisy(300, 200);
    const restored = await restoreTiled(session, image, {
      onShrink: (tile, next) => shrunk.push([tile, next]),
    });
    expect(restored).toEqual(image);
    expect(shrunk).toEqual([
      [300, 150],
      [125, 64],
    ]);
    expect(session.ran.slice(0, 3)).toEqual(['300x200', '125x119', '64x62']);
    await native.release();
  });

  test('fails if memory never suffices, and on other errors', async () => {
    const native = await createSession(identity());
    const full = cramped(native, 0, 'std::bad_alloc');
    await expect(restoreTiled(full, noisy(300, 200))).rejects.toMatchObject({
      code: 'RUNTIME_FAILED',
      message: expect.stringContaining('not enough memory, even for a tile of 64x62'),
    });
    const broken = cramped(native, 0, 'Non-zero status code');
    await expect(restoreTiled(broken, noisy(300, 200))).rejects.toThrow('it failed');
    expect(broken.ran).toEqual(['300x200']);
    await native.release();
  });

  test.each([
    ['width', [128], noisy(128, 300)],
    ['height', [undefined, 128], noisy(300, 128)],
  ] as const)(
    'halves only the side that the model leaves open: fixed %s',
    async (_, size, image) => {
      const native = await createSession(identity(...size));
      const shrunk: number[][] = [];
      const onShrink = (tile: number, next: number): void => {
        shrunk.push([tile, next]);
        if (shrunk.length > 9) throw new Error('it halves for ever');
      };
      const session = cramped(native, 128 * 64, 'std::bad_alloc');
      expect(await restoreTiled(session, image, { onShrink })).toEqual(image);
      const steps = [
        [300, 150],
        [122, 64],
      ];
      expect(shrunk).toEqual(steps);
      await expect(
        restoreTiled(cramped(native, 0, 'std::bad_alloc'), image, { onShrink }),
      ).rejects.toMatchObject({
        code: 'RUNTIME_FAILED',
        message: expect.stringMatching(/not enough memory, even for a tile of (128x64|64x128);/),
      });
      expect(shrunk).toEqual([...steps, ...steps]);
      await native.release();
    },
  );

  test('counts its tiles and stops when aborted', async () => {
    const session = await createSession(halvingModel());
    const stop = new AbortController();
    const seen: string[] = [];
    const run = restoreTiled(session, noisy(90, 40), {
      tile: 40,
      overlap: 8,
      signal: stop.signal,
      onTile: (done, total, { width, height }) => {
        seen.push(`${done}/${total} ${width}x${height}`);
        if (done === 2) stop.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toEqual(['1/3 36x40', '2/3 36x40']);
    await session.release();
  });
});

test.each([
  [1, 0],
  [100, 25],
  [256, 64],
  [512, 64],
  [1024, 128],
  [4096, 192],
  [Number.POSITIVE_INFINITY, 192],
])('the default overlap of a tile of %d is %d', (tile, overlap) => {
  expect(defaultOverlap(tile)).toBe(overlap);
});

test('deepestScale is the scale of the smallest feature map', () => {
  expect(deepestScale(graphFacts(tinyUnet()))).toBe(4);
  expect(deepestScale(graphFacts(halvingModel()))).toBe(1);
});

describe('auto', () => {
  const memory = { bytesPerPixel: 4096, available: 64e9 };

  test('uses the whole image if it fits, otherwise the largest square that does', () => {
    // 2 GiB / 4096 = 524288 pixels.
    expect(autoTile({ width: 1024, height: 512 }, memory)).toBe(Number.POSITIVE_INFINITY);
    expect(autoTile({ width: 1024, height: 513 }, memory)).toBe(724);
    expect(autoTile({ width: 4000, height: 3000 }, { ...memory, sizeMultiple: 16 })).toBe(720);
  });

  test('uses at most half of the free memory, and never less than the minimum tile', () => {
    expect(autoTile({ width: 4000, height: 3000 }, { ...memory, available: 2 ** 30 })).toBe(362);
    expect(autoTile({ width: 4000, height: 3000 }, { ...memory, available: 1 })).toBe(64);
  });

  test('measures memory, and finds the size, of a model that resizes every image', () => {
    const facts = graphFacts(wrappedUnet({ inside: 32 }));
    // Outside the network are the image and the result: 24 bytes, times the runtime's overhead.
    expect(bytesPerPixel(facts)).toBeLessThan(2 * 24 * 4);
    expect(fixedInside(facts)).toEqual({ height: 32, width: 32 });
    expect(fixedInside(graphFacts(wrappedUnet()))).toBeUndefined();
  });

  test('keeps an image whole that fits in memory, whatever the budget', () => {
    const image = { width: 1024, height: 1024 };
    expect(autoTile(image, memory)).toBe(724);
    expect(autoTile(image, { ...memory, whole: true })).toBe(Number.POSITIVE_INFINITY);
  });

  test('bytesPerPixel counts the largest set of values alive at once', () => {
    // Before the Add: input 3, mean 0, centred 3; during it: centred 3 and output 3.
    const four = 4 * 4;
    expect(bytesPerPixel(graphFacts(pooling))).toBeCloseTo(four * 6, 6);
    expect(bytesPerPixel(graphFacts(halvingModel()))).toBeCloseTo(four * 3, 6);
    // Skips 1 and 2, next to the widest convolution at full resolution.
    expect(bytesPerPixel(graphFacts(tinyUnet()))).toBeCloseTo(four * 24, 6);
  });
});

describe('an image that is smaller than the padding inside the network', () => {
  const padding = (pad: number) =>
    tinyModel({
      nodes: [
        node('Pad', ['input', 'pads'], 'wide', { mode: { string: 'reflect' } }),
        node('Slice', ['wide', 'from', 'to', 'axes'], 'output'),
      ],
      inputs: [picture('input')],
      outputs: [picture('output')],
      initializers: [
        ints('pads', [0, 0, pad, pad, 0, 0, pad, pad]),
        ints('from', [pad, pad]),
        ints('to', [-pad, -pad]),
        ints('axes', [2, 3]),
      ],
    });
  const ints = (name: string, values: number[]) => ({
    name,
    dataType: 'int64' as const,
    dims: [values.length],
    data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
  });

  test('is mirrored up for it', async () => {
    const session = await createSession(padding(16));
    const image = { ...noisy(5, 3), alpha: new Float32Array(15).fill(0.5) };
    const seen: number[] = [];
    const made = await restoreTiled(session, image, {
      onTile: (_done, _total, _plan, soFar) => seen.push(soFar.width, soFar.data.length),
    });
    expect(made).toEqual(image);
    expect(seen).toEqual([5, 45]);
    await session.release();
  });

  test('is rejected as before if that does not help', async () => {
    const session = await createSession(padding(64));
    await expect(restoreTiled(session, noisy(5, 3))).rejects.toThrow(
      'pre-pad (64) exceeds maximum allowed (2)',
    );
    await session.release();
  });
});
