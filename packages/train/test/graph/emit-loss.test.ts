import { buildModel, GraphBuilder } from '@pip-graft/onnx-graft';
import { createSession, runModel } from '@pip-graft/runtime';
import type { LossKind } from '@pip-graft/train';
import { float32Tensor } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';
import { gradientOf } from '../../src/gradient/gradient-of.ts';
import { emitLoss } from '../../src/graph/emit-loss.ts';

const dims = [2, 3, 4, 5];
const count = 120;
/** The first image is off by up to 2, the second by little. */
const difference = Float32Array.from(
  { length: count },
  (_, at) => (at < count / 2 ? 2 : 0.02) * Math.sin(7.3 * at + 1),
);

/** Each loss by its formula in float64. */
const formulas: Record<LossKind, (d: readonly number[]) => number> = {
  l1: (d) => mean(d.map(Math.abs)),
  'smooth-l1': (d) => mean(d.map((x) => (Math.abs(x) < 1 ? x ** 2 / 2 : Math.abs(x) - 0.5))),
  charbonnier: (d) => mean(d.map((x) => Math.sqrt(x ** 2 + 1e-6))),
  psnr: (d) => mean(imagesOf(d).map((image) => decibels(meanSquare(image)))),
  'psnr-detail': (d) =>
    mean(
      imagesOf(d).flatMap((image) => [
        decibels(meanSquare(image)),
        decibels((meanSquare(across(image)) + meanSquare(down(image))) / 2),
      ]),
    ),
};

const imagesOf = (d: readonly number[]) => [d.slice(0, count / 2), d.slice(count / 2)];
const meanSquare = (numbers: readonly number[]) => mean(numbers.map((x) => x ** 2));
const decibels = (error: number) => 10 * Math.log10(error + 1e-4);
/** Differences of neighbours in a row of 5, and in a column of 4. */
const across = (image: readonly number[]) =>
  image.flatMap((x, at) => (at % 5 < 4 ? [image[at + 1]! - x] : []));
const down = (image: readonly number[]) =>
  image.flatMap((x, at) => (at % 20 < 15 ? [image[at + 5]! - x] : []));

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}

async function measured(kind: LossKind, opset: number) {
  const g = new GraphBuilder({ opset, prefix: 'loss' });
  const loss = emitLoss(g, 'difference', kind);
  const forward = buildModel({
    irVersion: 8,
    opset,
    graphName: 'loss',
    producer: { name: 'test', version: '0' },
    ...g.fragment(),
    inputs: [{ name: 'difference', dataType: 'float32', dims }],
    outputs: [{ name: loss, dataType: 'float32', dims: [] }],
  });
  const { model, gradients } = gradientOf(forward, {
    loss,
    wrt: ['difference'],
    sizes: { batch: 2, height: 4, width: 5 },
  });
  const session = await createSession(model, { threads: 1 });
  const results = await runModel(session, { difference: float32Tensor(dims, difference) });
  await session.release();
  const floats = (name: string) => results[name]!.data as Float32Array;
  return { loss: floats(loss)[0]!, gradient: floats(gradients.get('difference')!) };
}

describe.each(Object.entries(formulas))('%s', (kind, formula) => {
  it.each([17, 18])(
    'matches its formula, and its gradient the slope, in opset %d',
    async (opset) => {
      const { loss, gradient } = await measured(kind as LossKind, opset);
      const numbers = [...difference];
      expect(loss / formula(numbers)).toBeCloseTo(1, 5);
      for (let at = 3; at < count; at += 13) {
        const far = 1e-4 * Math.abs(numbers[at]!);
        const beside = (by: number) => numbers.map((x, i) => (i === at ? x + by : x));
        const slope = (formula(beside(far)) - formula(beside(-far))) / (2 * far);
        expect(gradient[at]! / slope).toBeCloseTo(1, 3);
      }
    },
  );
});

it('psnr weights a nearly restored image almost as much as one far off', async () => {
  const { gradient } = await measured('psnr', 18);
  const step = (from: number) =>
    mean([...gradient.slice(from, from + 60)].map((g, i) => g * difference[from + i]!));
  // What a relative change of an image's error is worth: its share of that error plus 40 dB's.
  const share = (from: number) => {
    const error = mean([...difference.slice(from, from + 60)].map((x) => x ** 2));
    return error / (error + 1e-4);
  };
  expect(share(60)).toBeGreaterThan(0.6);
  expect(step(60) / step(0)).toBeCloseTo(share(60) / share(0), 3);
});
