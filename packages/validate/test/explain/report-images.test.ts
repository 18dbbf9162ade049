import { degrade, type Image, imageOf, imageTensor, psnr } from '@pip-graft/imaging';
import { describe, expect, test } from 'vitest';
import { gatherImages, type TrialRunner } from '../../src/explain/report-images.ts';
import type { Trial } from '../../src/subject/trial.ts';

const clean: Image = imageOf(
  13,
  9,
  new Float32Array(3 * 13 * 9).map((_, at) => 0.25 + ((at * 7) % 50) / 100),
);

/** Returns its image plus a constant and records what it was asked. */
function adding(amount: (trial: Trial) => number): { run: TrialRunner; trials: Trial[] } {
  const trials: Trial[] = [];
  const run: TrialRunner = (trial) => {
    trials.push(trial);
    const output = imageTensor(trial.images);
    output.data.forEach((value, at) => {
      output.data[at] = value + amount(trial);
    });
    return Promise.resolve({ output, tensors: {} });
  };
  return { run, trials };
}

const request = (host: TrialRunner, grafted: TrialRunner) => ({
  host,
  grafted,
  labels: ['rain', 'sepia'],
  clean,
  sizeMultiple: 8,
});

describe('an image for each label', () => {
  test('is degraded, padded and restored by both, the graft with its label and strengths', async () => {
    const host = adding(() => 0);
    const grafted = adding(() => 0.1);
    const steps: unknown[] = [];
    const images = await gatherImages({
      ...request(host.run, grafted.run),
      strengths: [0.5, 1],
      onLabel: (...step) => steps.push(step),
    });
    expect(steps).toEqual([
      ['rain', 1, 2],
      ['sepia', 2, 2],
    ]);
    expect(host.trials.map(({ rows, strength }) => [rows, strength])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(grafted.trials.map(({ rows, strength }) => [rows, strength])).toEqual([
      [[[1, 0]], 0.5],
      [[[1, 0]], 1],
      [[[0, 1]], 0.5],
      [[[0, 1]], 1],
    ]);
    for (const { images } of [...host.trials, ...grafted.trials]) {
      expect(images.map(({ width, height }) => [width, height])).toEqual([[16, 16]]);
    }
    const rain = degrade(clean, 'rain', 7);
    const [first, second] = images.figures;
    expect(first).toMatchObject({
      label: 'rain',
      input: psnr(rain, clean),
      host: psnr(rain, clean),
    });
    // No synthetic sepia: the image unchanged, which the host returns and the graft brightens.
    expect(second).toMatchObject({ label: 'sepia', input: Infinity, host: Infinity });
    expect(second!.grafted[1]).toBeCloseTo(20, 2);
    expect(
      images.strips.map(({ title, images: list }) => [title, list.map((p) => p.caption)]),
    ).toEqual([
      ['rain: host and graft', ['input', 'host', 'rain, strength 0.5', 'rain, strength 1']],
      ['sepia: host and graft', ['input', 'host', 'sepia, strength 0.5', 'sepia, strength 1']],
    ]);
    expect(images.strips[1]!.images.map(({ note }) => note)).toEqual([
      undefined,
      undefined,
      '20.0 dB',
      '20.0 dB',
    ]);
    expect(
      images.comparisons.map(({ title, before, after }) => [title, before.note, after.note]),
    ).toEqual([
      ['rain', `${psnr(rain, clean).toFixed(1)} dB`, expect.stringMatching(/^[\d.]+ dB$/)],
      ['sepia', undefined, '20.0 dB'],
    ]);
    for (const { width, height, bytes } of images.strips.flatMap((strip) => strip.images)) {
      expect([width, height]).toEqual([13, 9]);
      expect(bytes.length).toBeGreaterThan(20);
    }
  });

  test('differences of all labels share the scale of the largest', async () => {
    const grafted = adding(({ rows }) => (rows![0]![1] === 1 ? 0.2 : 0.1));
    const { differences } = await gatherImages({
      ...request(adding(() => 0).run, grafted.run),
      labels: ['sepia', 'print'],
    });
    expect(differences.scale.low).toBe(0);
    expect(differences.scale.high).toBeCloseTo(0.2, 5);
    expect(differences.images.map(({ caption }) => caption)).toEqual(['sepia', 'print']);
  });

  test('clips values out of range as a file does, and reports NaN', async () => {
    const bright = await gatherImages(request(adding(() => 9).run, adding(() => Number.NaN).run));
    const white = imageOf(13, 9, new Float32Array(3 * 13 * 9).fill(1));
    expect(bright.figures[1]!.host).toBeCloseTo(psnr(white, clean), 4);
    expect(bright.comparisons[1]!.after.note).toBe('not finite');
    expect(bright.differences.scale.high).toBe(0);
  });
});
