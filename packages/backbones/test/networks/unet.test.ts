import {
  backboneParameters,
  backbonePresets,
  buildBackbone,
  buildUnet,
  initialWeights,
  type UnetConfig,
} from '@pip-graft/backbones';
import { elementCount, type FloatTensor, Random, type TensorMap } from '@pip-graft/weights';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { unetParameters } from '../../src/networks/build-unet.ts';
import { unetDefaults } from '../../src/networks/unet-config.ts';

const tiny: UnetConfig = { ...unetDefaults, widths: [6, 8, 10], encoder: [1, 2], decoder: [2, 1] };
const sizes = [
  [1, 1],
  [1, 9],
  [2, 3],
  [7, 8],
  [8, 8],
  [13, 30],
] as const;

/** Weights away from their start values: every part acts, and all shuffle positions differ. */
function lively(config: UnetConfig): TensorMap {
  const random = new Random('unet');
  return new Map(
    unetParameters(config).map(({ name, dims }): [string, FloatTensor] => {
      const deviation = 0.8 / Math.sqrt(elementCount(dims.slice(1)));
      const draw = () => deviation * random.normal();
      return [name, { dims, data: Float32Array.from({ length: elementCount(dims) }, draw) }];
    }),
  );
}

async function opened(config: UnetConfig, weights: TensorMap): Promise<InferenceSession> {
  const { source } = buildUnet(config, weights);
  return InferenceSession.create(source.read(0, source.size), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
}

async function run(
  session: InferenceSession,
  [height, width]: readonly [number, number],
  at: (channel: number, y: number, x: number) => number,
): Promise<Float32Array> {
  const dims = [1, 3, height, width];
  const image = Float32Array.from({ length: 3 * height * width }, (_, i) =>
    at(Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width),
  );
  const { output } = await session.run({ input: new Tensor('float32', image, dims) });
  expect(output!.dims).toEqual(dims);
  return output!.data as Float32Array;
}

/** The largest distance from the first pixel in any channel. */
function unevenness(image: Float32Array): number {
  const pixels = image.length / 3;
  return image.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - image[Math.floor(i / pixels) * pixels]!)),
    0,
  );
}

describe('a U-Net', () => {
  test.each([
    ['unet-small', 791_318],
    ['unet-medium', 1_544_742],
  ] as const)('%s has %d parameters', (name, count) => {
    const parameters = backboneParameters(backbonePresets[name]);
    expect(parameters.reduce((sum, { dims }) => sum + elementCount(dims), 0)).toBe(count);
  });

  test('runs at any size', async () => {
    const session = await opened(tiny, lively(tiny));
    for (const size of sizes) {
      const made = await run(
        session,
        size,
        (c, y, x) => 0.5 + 0.4 * Math.sin(c + 0.7 * y + 1.3 * x),
      );
      expect(made.every(Number.isFinite)).toBe(true);
    }
    await session.release();
  });

  test.each([1, 2])(
    'initially maps a constant image to a constant image, seed %i',
    async (seed) => {
      const start = initialWeights(unetParameters(tiny), seed);
      const gained = new Map(start);
      // A light and a haze path with an effect; they start at zero.
      for (const name of ['light.1.weight', 'light.1.bias', 'haze.mask.weight'])
        gained.set(name, lively(tiny).get(name)!);
      for (const weights of [start, gained]) {
        const session = await opened(tiny, weights);
        for (const size of sizes) {
          const made = await run(session, size, (c) => 0.2 + 0.3 * c);
          expect(unevenness(made)).toBeLessThan(1e-5);
          expect(Math.abs(made[0]! - 0.2)).toBeGreaterThan(1e-3);
        }
        await session.release();
      }
    },
  );

  test('removes haze by the scattering model where its mask is 1', async () => {
    const ones = ['light.0.bias', 'haze.mask.weight'];
    const weights: TensorMap = new Map(
      unetParameters(tiny).map(({ name, dims }): [string, FloatTensor] => {
        const value = ones.includes(name) ? 1 : 0;
        return [name, { dims, data: new Float32Array(elementCount(dims)).fill(value) }];
      }),
    );
    const session = await opened(tiny, weights);
    // The air: what is brightest around, and a little more. A share of the dark channel is haze.
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const air = 0.3 + 0.7 * sigmoid(-1);
    const transmission = 1 - (sigmoid(2) * 0.3) / air;
    const made = await run(session, [24, 16], (c) => 0.3 + 0.2 * c);
    for (const channel of [0, 1, 2]) {
      const dehazed = (0.3 + 0.2 * channel - air * (1 - transmission)) / transmission;
      expect(made[channel * 24 * 16 + 100]).toBeCloseTo(dehazed, 5);
    }
    const white = await run(session, [8, 8], () => 1);
    expect(white[0]).toBeCloseTo(1, 5);
    await session.release();
  });

  test('stays finite on a black image, whatever the air light', async () => {
    const weights = new Map(lively(tiny));
    weights.set('haze.ending.bias', { dims: [4], data: new Float32Array(4).fill(-200) });
    const session = await opened(tiny, weights);
    const made = await run(session, [16, 16], () => 0);
    expect(made.every(Number.isFinite)).toBe(true);
    await session.release();
  });

  test('without its light path lacks those parameters and starts the same', async () => {
    const plain = { ...tiny, light: false };
    const start = initialWeights(unetParameters(tiny), 3);
    const left = [...start].filter(([name]) => !/^(light|haze|dark)\./.test(name));
    expect(unetParameters(plain).map(({ name }) => name)).toEqual(left.map(([name]) => name));
    const wave = (c: number, y: number, x: number) => 0.5 + 0.4 * Math.sin(c + 0.7 * y + 1.3 * x);
    const [whole, less] = await Promise.all([opened(tiny, start), opened(plain, new Map(left))]);
    const made = await run(whole, [16, 11], wave);
    const other = await run(less, [16, 11], wave);
    made.forEach((value, i) => {
      expect(value).toBeCloseTo(other[i]!, 6);
    });
    await Promise.all([whole.release(), less.release()]);
  });
});

describe('its initial weights', () => {
  const start = initialWeights(unetParameters(unetDefaults), 5);

  test.each(['ending.weight', 'ending.bias'])(
    'are equal at the four shuffle positions, and nowhere else: %s',
    (name) => {
      const { dims, data } = start.get(name)!;
      const row = data.length / dims[0]!;
      const rows = Array.from({ length: dims[0]! }, (_, i) =>
        data.subarray(i * row, (i + 1) * row).join(),
      );
      rows.forEach((each, i) => {
        expect(each).toBe(rows[4 * Math.floor(i / 4)]);
      });
      expect(new Set(rows).size).toBe(dims[0]! / 4);
    },
  );

  test.each([
    ['encoders.0.0.conv1.weight', Math.sqrt(6 / (9 * 48))],
    ['encoders.0.0.conv2.weight', 0.1 * Math.sqrt(6 / (9 * 48))],
    ['intro.weight', 1 / Math.sqrt(9 * 12)],
    ['ending.weight', 0.1 / Math.sqrt(9 * 48)],
    ['light.1.weight', 0],
    ['light.1.bias', 0],
    ['dark.weight', 0],
    ['haze.first.weight', Math.sqrt(6 / (9 * 9))],
    ['haze.mask.weight', 0],
  ])('of %s reach up to %d', (name, most) => {
    const largest = start.get(name)!.data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(largest).toBeLessThanOrEqual(most * (1 + 1e-6));
    expect(largest).toBeGreaterThanOrEqual(0.95 * most);
  });
});

describe('rejects invalid sizes', () => {
  test.each([
    [{ widths: [48] }, '1 widths, 2 encoder levels'],
    [{ encoder: [1] }, '3 widths, 1 encoder levels'],
    [{ decoder: [1, 1, 1] }, '3 decoder levels'],
    [{ widths: [48, 0, 8] }, 'above zero'],
    [{ middle: 1.5 }, 'zero or more'],
  ])('%o', (change, message) => {
    const config = { ...unetDefaults, ...change };
    expect(() => buildBackbone({ family: 'unet', config }, 1)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(message),
      }),
    );
  });
});
