import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainingState } from '@pip-graft/train';
import { Random, readSafetensors } from '@pip-graft/weights';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createAdamW, stepAdamW } from '../../src/optimise/adamw.ts';
import { floatsOf } from '../../src/optimise/floats.ts';
import { clipGradients, updateAverage } from '../../src/optimise/gradients.ts';
import { decodeState, encodeState, readState, writeState } from '../../src/state/state-file.ts';
import { aState } from './a-state.ts';

const folder = mkdtempSync(join(tmpdir(), 'train-state-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bits of every array, names and their order, and scalars in a form that tells -0 from 0. */
function bits(state: TrainingState): unknown {
  const hex = (data: Float32Array) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
  const double = (value: number) => Buffer.from(Float64Array.of(value).buffer).toString('hex');
  const { betas, eps, weightDecay } = state.optimiser.options;
  return {
    step: state.step,
    seed: state.seed,
    origin: state.origin,
    changes: state.changes,
    best: state.best,
    losses: state.losses.map((loss) => (Number.isNaN(loss) ? 'NaN' : double(loss))),
    options: [...betas, eps, weightDecay].map(double),
    optimiserStep: state.optimiser.step,
    parameters: [...state.parameters].map(([name, { dims, data }]) => [name, dims, hex(data)]),
    moments: [...state.optimiser.moments].map(([name, { m, v }]) => [name, hex(m), hex(v)]),
    average: [...state.average].map(([name, data]) => [name, hex(data)]),
  };
}

const count = fc.oneof(fc.nat(), fc.maxSafeNat());
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('\ud800'));

/** Any bits, including NaN with a payload, subnormal numbers, -0 and infinities. */
const arrayOf = (length: number) =>
  fc
    .array(fc.nat({ max: 0xffffffff }), { minLength: length, maxLength: length })
    .map((words) => new Float32Array(Uint32Array.from(words).buffer));

/** Option values that survive JSON unchanged. */
const json = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.string(),
  fc.array(fc.integer(), { maxLength: 3 }),
);

const shapes = fc.uniqueArray(
  fc.tuple(
    fc.oneof(text, fc.constantFrom('__proto__', '__metadata__', '10', '2', '')),
    fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
  ),
  { selector: ([name]) => name, maxLength: 4 },
);

const arrays = (sizes: readonly (readonly [string, number])[]) =>
  fc
    .tuple(...sizes.map(([, size]) => arrayOf(size)))
    .map((all) => new Map(all.map((data, i) => [sizes[i]![0], data as Float32Array])));

const states: fc.Arbitrary<TrainingState> = shapes.chain((given) => {
  const sizes = given.map(([name, dims]) => [name, dims.reduce((a, b) => a * b, 1)] as const);
  const empty = fc.constant(new Map<string, Float32Array>());
  return fc
    .record({
      step: count,
      seed: fc.oneof(fc.maxSafeInteger(), text),
      data: arrays(sizes),
      m: arrays(sizes),
      v: arrays(sizes),
      average: fc.oneof(arrays(sizes), empty),
      taken: count,
      beta: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      eps: fc.double({ min: 0, noDefaultInfinity: true, noNaN: true }),
      losses: fc.array(fc.double()),
      origin: fc.record({ options: fc.dictionary(text, json), host: text, adapter: text }),
      changes: fc.array(fc.record({ step: count, option: text, from: json, to: json })),
      best: fc.option(fc.record({ step: count, figure: fc.double({ noNaN: true }) })),
    })
    .map(({ step, seed, data, m, v, average, taken, beta, eps, losses, ...rest }) => ({
      step,
      seed,
      parameters: new Map(given.map(([name, dims]) => [name, { dims, data: data.get(name)! }])),
      optimiser: {
        ...createAdamW({ betas: [beta, 0.999], eps, weightDecay: eps }),
        step: taken,
        moments: new Map(
          (taken > 0 ? given : []).map(([name]) => [name, { m: m.get(name)!, v: v.get(name)! }]),
        ),
      },
      average,
      losses,
      ...rest,
    }));
});

describe('a training state', () => {
  it('reads back as it was written, bit for bit', () => {
    fc.assert(
      fc.property(states, (state) => {
        const bytes = encodeState(state);
        const read = decodeState(bytes);
        expect(bits(read)).toEqual(bits(state));
        expect(encodeState(read)).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  it('is plain safetensors that other programs can read', () => {
    const { tensors, metadata } = readSafetensors(encodeState(aState()));
    expect([...tensors.keys()]).toEqual(
      ['average', 'm', 'parameter', 'v'].flatMap((kind) =>
        ['10', '2', 'level1.gate'].map((name) => `${kind}/${name}`),
      ),
    );
    expect(tensors.get('v/2')).toEqual({ dims: [1, 2], data: Float32Array.of(9, 10) });
    expect(JSON.parse(metadata['pip-graft.training-state']!)).toEqual({
      version: 1,
      step: 4,
      seed: 'rain',
      optimiser: { step: 3, betas: [0.9, 0.99], eps: 1e-7, weightDecay: 0.02 },
      average: true,
      origin: {
        options: { rate: 1e-3, betas: [0.9, 0.99], clip: null },
        host: 'sha256:02',
        adapter: 'sha256:03',
      },
      changes: [{ step: 2, option: 'rate', from: 2e-3, to: 1e-3 }],
      best: { step: 3, figure: 28.25 },
      names: ['level1.gate', '10', '2'],
      losses: [0.30000000000000004, 0.3333333333333333, 5e-324, 'NaN', 'Infinity'],
    });
  });

  it.each<[string, (state: TrainingState) => TrainingState, string, RegExp]>([
    [
      'a moment is missing',
      (state) => ({ ...state, optimiser: { ...state.optimiser, moments: new Map() } }),
      'INVALID_ARGUMENT',
      /no moment for parameter 'level1.gate'/,
    ],
    [
      'there are moments before the first step',
      (state) => ({ ...state, optimiser: { ...state.optimiser, step: 0 } }),
      'INVALID_ARGUMENT',
      /moments before the first step/,
    ],
    [
      'an average is one too many',
      (state) => ({ ...state, average: new Map(state.average).set('x', Float32Array.of(1)) }),
      'INVALID_ARGUMENT',
      /the average of 'x' belongs to no parameter/,
    ],
    [
      'the step is not whole',
      (state) => ({ ...state, step: 1.5 }),
      'INVALID_ARGUMENT',
      /steps are not whole numbers/,
    ],
    [
      'the seed is no seed',
      (state) => ({ ...state, seed: 0.5 }),
      'INVALID_ARGUMENT',
      /seed is not a whole number or text/,
    ],
    [
      'there are too many losses',
      (state) => ({ ...state, losses: new Array<number>(2_000_001).fill(0) }),
      'LIMIT_EXCEEDED',
      /at most 2000000 losses, not 2000001/,
    ],
  ])('is not written when %s', (_, change, code, message) => {
    expect(() => encodeState(change(aState()))).toThrow(expect.objectContaining({ code }));
    expect(() => encodeState(change(aState()))).toThrow(message);
  });
});

describe('the file of a training state', () => {
  it('is written as a whole over the previous one, with nothing left beside it', async () => {
    const path = join(folder, 'made', 'state.safetensors');
    await writeState(path, { ...aState(), step: 1 });
    await writeState(path, aState());
    expect(bits(readState(path))).toEqual(bits(aState()));
    expect(readFileSync(path)).toEqual(Buffer.from(encodeState(aState())));
    expect(readdirSync(join(folder, 'made'))).toEqual(['state.safetensors']);
  });

  it('stays unchanged if the next one cannot be written', async () => {
    const path = join(folder, 'kept.safetensors');
    await writeState(path, aState());
    await expect(writeState(path, { ...aState(), step: -1 })).rejects.toThrow(/whole numbers/);
    const aborted = AbortSignal.abort(new Error('stop'));
    await expect(writeState(path, { ...aState(), step: 9 }, aborted)).rejects.toThrow('stop');
    expect(readState(path).step).toBe(4);
    mkdirSync(join(folder, 'a-folder'));
    await expect(writeState(join(folder, 'a-folder'), aState())).rejects.toMatchObject({
      code: 'WRITE_FAILED',
    });
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('is NOT_FOUND if missing and READ_FAILED if it is a folder', () => {
    expect(() => readState(join(folder, 'none'))).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
    expect(() => readState(folder)).toThrow(expect.objectContaining({ code: 'READ_FAILED' }));
  });

  it('continues a run to the same bits as one that never stopped', async () => {
    const path = join(folder, 'run.safetensors');
    const start = (): TrainingState => ({
      ...aState(),
      step: 0,
      seed: 7,
      optimiser: createAdamW(),
      average: new Map(),
      losses: [],
    });
    const run = (from: TrainingState, steps: number): TrainingState => {
      const parameters = floatsOf(from.parameters);
      const average = new Map(from.average);
      const losses = [...from.losses];
      for (let step = from.step; step < from.step + steps; step++) {
        const random = new Random(from.seed).fork(`step${step}`);
        const gradients = new Map(
          [...parameters].map(([name, data]) => [
            name,
            Float32Array.from(data, (value) => value * 1e-3 + random.normal()),
          ]),
        );
        losses.push(clipGradients(gradients, 1));
        stepAdamW(from.optimiser, parameters, gradients, 0.01);
        updateAverage(average, parameters, 0.9);
      }
      return { ...from, step: from.step + steps, average, losses };
    };
    await writeState(path, run(start(), 6));
    expect(bits(run(readState(path), 5))).toEqual(bits(run(start(), 11)));
  });
});
