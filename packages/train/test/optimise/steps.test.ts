import { readFileSync } from 'node:fs';
import { readSafetensors } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';
import { createAdamW, stepAdamW } from '../../src/optimise/adamw.ts';
import { floatsOf } from '../../src/optimise/floats.ts';
import {
  accumulate,
  clipGradients,
  createAccumulation,
  meanGradients,
  updateAverage,
} from '../../src/optimise/gradients.ts';
import { learningRate, type RateSchedule } from '../../src/optimise/learning-rate.ts';

interface GoldenRecord {
  readonly settings: {
    readonly betas: [number, number];
    readonly eps: number;
    readonly weightDecay: number;
    readonly maxNorm: number;
    readonly decay: number;
    readonly schedule: RateSchedule;
  };
  readonly parts: number;
  readonly norms: readonly number[];
  readonly rates: readonly number[];
}

const golden = readSafetensors(
  readFileSync(new URL('./goldens/steps.safetensors', import.meta.url)),
);
const { settings, parts, norms, rates } = JSON.parse(golden.metadata['record']!) as GoldenRecord;

/** Copies of the golden's arrays whose names start with the prefix. */
function under(prefix: string): Map<string, Float32Array> {
  const own = [...golden.tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, { data }]) => [name.slice(prefix.length), data.slice()]));
}

/**
 * Largest difference of any number, relative to the largest value of that number up to `step`.
 * A number that crosses 0 keeps the float32 rounding of its earlier values, in PyTorch as here.
 */
function worst(
  actual: ReadonlyMap<string, Float32Array>,
  kind: string,
  step: number,
  against = '',
): number {
  const steps = Array.from({ length: step + 1 }, (_, at) => under(`${against}${kind}/${at}/`));
  const expected = steps[step]!;
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  let most = 0;
  for (const [name, numbers] of expected) {
    const found = actual.get(name)!;
    expect(found.length).toBe(numbers.length);
    numbers.forEach((number, i) => {
      const reach = Math.max(...steps.map((each) => Math.abs(each.get(name)![i]!)));
      if (reach === 0) expect(found[i]).toBe(0);
      else most = Math.max(most, Math.abs(found[i]! - number) / reach);
    });
  }
  return most;
}

describe('twenty steps of two parts each, clipped and averaged', () => {
  const parameters = under('initial/');
  const state = createAdamW(settings);
  const average = new Map<string, Float32Array>();

  it.each(norms.map((norm, step) => ({ step, norm })))('step $step matches PyTorch', (given) => {
    const { step, norm } = given;
    const sum = createAccumulation();
    for (let part = 0; part < parts; part++) accumulate(sum, under(`gradient/${step}/${part}/`));
    const gradients = meanGradients(sum);
    expect(clipGradients(gradients, settings.maxNorm) / norm).toBeCloseTo(1, 6);
    const rate = learningRate(settings.schedule, step);
    expect(rate / rates[step]!).toBeCloseTo(1, 12);
    stepAdamW(state, parameters, gradients, rate);
    updateAverage(average, parameters, settings.decay);

    expect(state.step).toBe(step + 1);
    const moments = (kind: 'm' | 'v') =>
      new Map([...state.moments].map(([name, of]) => [name, of[kind]]));
    const kinds = { parameter: parameters, ema: average, m: moments('m'), v: moments('v') };
    for (const [kind, actual] of Object.entries(kinds)) {
      expect(worst(actual, kind, step), kind).toBeLessThan(1e-6);
      // The same steps in float64 are closer still: here only stored values are rounded.
      expect(worst(actual, kind, step, 'exact/'), `${kind}, exactly`).toBeLessThan(5e-7);
    }
  });

  it('clips some steps and not others', () => {
    expect(norms.filter((norm) => norm > settings.maxNorm).length).toBe(7);
  });
});

describe('learningRate', () => {
  const cases = JSON.parse(
    readFileSync(new URL('./goldens/rates.json', import.meta.url), 'utf8'),
  ) as (RateSchedule & { readonly rates: readonly number[] })[];

  it.each(cases)('matches PyTorch for $warmupSteps of $totalSteps steps', (given) => {
    expect(given.rates.length).toBe(given.totalSteps);
    given.rates.forEach((rate, step) => {
      expect(learningRate(given, step) / rate).toBeCloseTo(1, 9);
    });
  });
});

describe('floatsOf', () => {
  it('shares the data arrays', () => {
    const floats = floatsOf(golden.tensors);
    expect(floats.get('initial/gate')).toBe(golden.tensors.get('initial/gate')!.data);
  });
});
