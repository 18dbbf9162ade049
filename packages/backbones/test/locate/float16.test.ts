import {
  type BackbonePreset,
  backbonePresets,
  buildBackbone,
  locateSkips,
} from '@pip-graft/backbones';
import {
  bytesSource,
  checkModel,
  convertPrecision,
  type Model,
  readModel,
} from '@pip-graft/onnx-graft';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { fixtures, wholeFixture } from '../fixture-models.ts';

const bytesOf = (model: Model) => model.source.read(0, model.source.size);
const places = (model: Model) => {
  const { family, sites, sizeMultiple } = locateSkips(model);
  return {
    family,
    sizeMultiple,
    sites: sites.map(({ value, level, channels, scale, join, layout }) => ({
      value,
      level,
      channels,
      scale,
      join,
      layout,
    })),
  };
};
const known = fixtures.filter(({ variant }) => !/float16|qdq/.test(variant));

async function run(model: Model, dims: readonly number[]): Promise<Float32Array> {
  const session = await InferenceSession.create(bytesOf(model), { logSeverityLevel: 3 });
  const count = dims.reduce((product, size) => product * size, 1);
  const pixels = Float32Array.from({ length: count }, (_, at) => 0.5 + 0.5 * Math.sin(at * 0.7));
  const results = await session.run({
    [session.inputNames[0]!]: new Tensor('float32', pixels, dims),
  });
  await session.release();
  return results[session.outputNames[0]!]!.data as Float32Array;
}

/** The largest difference between the outputs of two models, relative to the largest number. */
async function difference(a: Model, b: Model, dims: readonly number[]): Promise<number> {
  const [left, right] = [await run(a, dims), await run(b, dims)];
  let worst = 0;
  let peak = 0;
  left.forEach((value, at) => {
    worst = Math.max(worst, Math.abs(value - right[at]!));
    peak = Math.max(peak, Math.abs(value));
  });
  return worst / peak;
}

describe('a float16 conversion of an export', () => {
  it.each(known)('$file has the same sites', ({ file }) => {
    const host = wholeFixture(file);
    const model = convertPrecision(host);
    expect(places(model)).toEqual(places(host));
    expect(checkModel(model).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it.each([
    'nafnet-torchscript-op11-static.onnx',
    'nafnet-dynamo-op23-dynamic.onnx',
    'restormer-torchscript-op16-dynamic-onnxsim.onnx',
    'restormer-dynamo-op18-dynamic.onnx',
    'promptir-torchscript-op11-static-onnxslim.onnx',
    'uformer-torchscript-op17-dynamic.onnx',
    'swinir-dynamo-op18-dynamic.onnx',
  ])('%s gives the same image up to float16 rounding', async (file) => {
    const { exportedAt } = fixtures.find((each) => each.file === file)!.input;
    const host = wholeFixture(file);
    // 2^-11 is the rounding of one number; a few of them add up.
    expect(await difference(host, convertPrecision(host), exportedAt)).toBeLessThan(3e-3);
  });

  it.each(fixtures.filter(({ variant }) => /float16|qdq/.test(variant)))(
    'rejects $file, which is not float32',
    ({ file }) => {
      expect(() => convertPrecision(wholeFixture(file))).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED_HOST' }),
      );
    },
  );
});

describe.each<BackbonePreset>(['nafnet-small', 'restormer-small', 'promptir-small'])(
  'a float16 conversion of a native %s',
  (preset) => {
    it.each([11, 17, 23])('has the same sites, half the size at operator set %i', async (opset) => {
      const built = buildBackbone(backbonePresets[preset], 3, { opset });
      const host = readModel(bytesSource(bytesOf(built), preset));
      const model = convertPrecision(host);
      expect(places(model)).toEqual(places(host));
      expect(model.source.size / host.source.size).toBeLessThan(0.52);
      expect(checkModel(model).filter(({ severity }) => severity === 'error')).toEqual([]);
      // onnxruntime's CPU computes float16 in float32 and rounds between layers only at a written Cast.
      // From 22 on NAFNet's pool is a mean, which stays float32 and is rounded by such a Cast.
      const rounded = preset === 'nafnet-small' && opset >= 22;
      expect(await difference(host, model, [1, 3, 32, 48])).toBeLessThan(rounded ? 1e-3 : 3e-4);
      expect(Buffer.compare(bytesOf(convertPrecision(host)), bytesOf(model))).toBe(0);
    });
  },
);
