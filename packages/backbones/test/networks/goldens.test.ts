import { readdirSync, readFileSync } from 'node:fs';
import {
  type Backbone,
  type BuildOptions,
  backboneParameters,
  buildBackbone,
} from '@pip-graft/backbones';
import { asBits } from '@pip-graft/test-utils';
import { fromFloat16, readSafetensors, type TensorMap, toFloat16 } from '@pip-graft/weights';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';

// PyTorch's results for these weights: pytorch-reference/make_goldens.py.
const folder = new URL('../goldens/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));

describe.each(names)('%s', (name) => {
  const { tensors, metadata } = readSafetensors(readFileSync(new URL(name, folder)), name);
  const { family, ...config } = JSON.parse(metadata['config']!);
  const backbone = { family, config } as Backbone;
  const weights: TensorMap = part(tensors, 'param.');
  const image = tensors.get('input.image')!;

  test('lists the parameters of the reference', () => {
    const listed = backboneParameters(backbone).map(({ name: key, dims }) => `${key} ${dims}`);
    expect(listed.sort()).toEqual([...weights].map(([key, { dims }]) => `${key} ${dims}`).sort());
  });

  test.for([
    [{ opset: 11 }, 1e-4],
    [{}, 1e-4],
    [{ opset: 23 }, 1e-4],
    // Half precision keeps three digits; the features here are of order 1 to 10.
    [{ opset: 17, dataType: 'float16' }, 0.1],
  ] as [BuildOptions, number][])(
    'with %o equals the reference to %d',
    async ([options, limit], { annotate }) => {
      const made = await run(backbone, weights, options, image);
      const expected = tensors.get('output.image')!;
      expect(made.dims).toEqual(expected.dims);
      const worst = largestError(made.data, expected.data);
      await annotate(`max abs error ${worst.toExponential(2)}`);
      expect(worst, `max abs error ${worst}`).toBeLessThanOrEqual(limit);
    },
  );
});

async function run(
  backbone: Backbone,
  weights: TensorMap,
  options: BuildOptions,
  image: { dims: readonly number[]; data: Float32Array },
): Promise<{ dims: number[]; data: Float32Array }> {
  const { source } = buildBackbone(backbone, weights, options);
  const session = await InferenceSession.create(source.read(0, source.size), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
  const half = options.dataType === 'float16';
  const input = half
    ? asBits(new Tensor('float16', toFloat16(image.data), image.dims))
    : new Tensor('float32', image.data, image.dims);
  const { output } = await session.run({ input });
  await session.release();
  const data = output!.data;
  return {
    dims: [...output!.dims],
    data:
      data instanceof Float32Array
        ? data
        : fromFloat16(new Uint16Array((data as Uint16Array).buffer)),
  };
}

function part(tensors: TensorMap, prefix: string): TensorMap {
  const own = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function largestError(a: Float32Array, b: Float32Array): number {
  let worst = 0;
  for (let i = 0; i < b.length; i++) {
    const error = Math.abs(a[i]! - b[i]!);
    // NaN compares as false everywhere, and must not pass.
    if (!(error <= worst)) worst = error;
  }
  return worst;
}
