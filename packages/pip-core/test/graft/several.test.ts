import {
  bytesSource,
  exposeValues,
  type FloatType,
  type Model,
  readModel,
} from '@pip-graft/onnx-graft';
import {
  type Adapter,
  applyPlan,
  type InitOptions,
  makePlan,
  type PlanOptions,
  readGraft,
  requirePlan,
  ungraft,
} from '@pip-graft/pip-core';
import { asBits } from '@pip-graft/test-utils';
import { type FloatTensor, fromFloat16, toFloat16 } from '@pip-graft/weights';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { maxError } from '../one-site.ts';
import { type TinyHost, tinyHost, tinyRequest } from '../tiny-host.ts';

const tool = { name: 'test', version: '0' };
const bytesOf = ({ source }: Model) => source.read(0, source.size);

/** An adapter with open gates, so that it has an effect. */
function open(host: TinyHost, init: InitOptions, levels = [1, 2]): Adapter {
  const { adapter } = tinyRequest(host, init);
  const kept = adapter.config.levels.filter(({ level }) => levels.includes(level));
  const tensors = [...adapter.tensors]
    .filter(([name]) => kept.some(({ level }) => name.startsWith(`level${level}.`)))
    .map(([name, tensor]): [string, FloatTensor] => [
      name,
      name.endsWith('gate') ? { ...tensor, data: tensor.data.map((_, i) => 0.2 + i / 50) } : tensor,
    ]);
  return {
    ...adapter,
    config: { ...adapter.config, levels: kept },
    tensors: new Map(tensors),
    training: { steps: 1 },
  };
}

const host = tinyHost();
const rain = { name: 'a', labels: ['rain', 'haze'], mode: 'pip_cross', attach: 'replace', seed: 4 };
const blur = { name: 'b', labels: ['blur'], mode: 'convgate', attach: 'residual', seed: 9 };
const a = open(host, rain as InitOptions);
const b = open(host, blur as InitOptions);
const c = open(host, { name: 'c', labels: ['snow', 'fog'], attach: 'replace', seed: 11 });

function graft(adapters: readonly Adapter[], options: PlanOptions = {}, on = host): Model {
  const plan = requirePlan(makePlan({ ...tinyRequest(on), adapters, options }));
  return applyPlan(plan, tool);
}

const photo = (n = 1): FloatTensor => ({
  dims: [n, 3, 16, 24],
  data: Float32Array.from({ length: n * 1152 }, (_, i) => Math.sin(i * i * 0.013) * 0.5 + 0.5),
});

const floats = ({ type, data, dims }: Tensor): FloatTensor => ({
  dims,
  data:
    type === 'float16'
      ? fromFloat16(Uint16Array.from(data as Uint16Array))
      : (data as Float32Array),
});

interface Told {
  readonly rows?: readonly (readonly number[])[];
  readonly strength?: number;
}

/** Runs the model; returns the output, then the named values. */
async function run(
  model: Model,
  { rows, strength = 1 }: Told = {},
  names: readonly string[] = [],
  type: FloatType = 'float32',
  image = photo(rows?.length ?? 1),
): Promise<FloatTensor[]> {
  const session = await InferenceSession.create(bytesOf(exposeValues(model, [...names])), {
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 3,
  });
  const picture =
    type === 'float16'
      ? asBits(new Tensor('float16', toFloat16(image.data), image.dims))
      : new Tensor('float32', image.data, image.dims);
  const results = await session.run({
    image: picture,
    ...(rows && {
      degradation: new Tensor('float32', rows.flat(), [rows.length, rows[0]!.length]),
      strength: new Tensor('float32', [strength], []),
    }),
  });
  await session.release();
  return [model.graph.outputs[0]!.name, ...names].map((name) => floats(asBits(results[name]!)));
}

const fed = { inputs: 'required' } as const;
const skip2 = host.sites[1]!.value;

/** The merge's input at level 2, where no other graft comes first, and the host's value there. */
async function atLevel2(model: Model, told: Told): Promise<FloatTensor[]> {
  const { output } = readGraft(model)!.sites.find(({ level }) => level === 2)!;
  const [, merged, feature] = await run(model, told, [output, skip2]);
  return [merged!, feature!];
}

describe('several adapters', () => {
  const both = graft([a, b], fed);

  it("concatenates labels by adapter and keeps each adapter's properties", () => {
    const record = readGraft(readModel(bytesSource(bytesOf(both))))!;
    expect(record.labels).toEqual(['rain', 'haze', 'blur']);
    expect(record.adapters).toMatchObject([
      { name: 'a', mode: 'pip_cross', attach: 'replace', labels: ['rain', 'haze'] },
      { name: 'b', mode: 'convgate', attach: 'residual', labels: ['blur'] },
    ]);
    expect(record.defaultDegradation).toEqual([0.25, 0.25, 0.5]);
    const made = new Set(both.graph.nodes.flatMap(({ outputs }) => outputs));
    for (const { output, modules } of record.sites) {
      expect(modules.map(({ adapter }) => adapter)).toEqual([0, 1]);
      for (const { adapter, values } of modules) {
        for (const name of Object.values(values)) {
          expect(name).toMatch(new RegExp(`^pip/${adapter + 1}/level`));
          expect(made.has(name), name).toBe(true);
        }
      }
      expect(made.has(output)).toBe(true);
    }
  });

  it('gives the same bytes in any order', () => {
    expect(Buffer.from(bytesOf(graft([b, a], fed))).equals(bytesOf(both))).toBe(true);
    expect(Buffer.from(bytesOf(graft([c, b, a]))).equals(bytesOf(graft([b, a, c])))).toBe(true);
  });

  it.each([
    ['a label of the first', a, [0, 0.7, 0], [0, 0.7]],
    ['a mixture within the first', a, [0.3, 0.9, 0], [0.3, 0.9]],
    ['the label of the second', b, [0, 0, 1], [1]],
  ] as const)('with %s only, matches that adapter alone, to the bit', async (...given) => {
    const [, adapter, row, own] = given;
    const alone = graft([adapter], fed);
    for (const strength of [0, 0.5, 1, 1.5]) {
      const [got] = await run(both, { rows: [row], strength });
      const [wanted] = await run(alone, { rows: [own], strength });
      expect(maxError(got!, wanted!)).toBe(0);
    }
  });

  // Different rows in one batch, mixed by hand from the results of each adapter alone.
  it.each([1, 0.5])('mixes the changes by weight, at strength %d', async (strength) => {
    const rows = [
      [0.5, 0.25, 0.25],
      [0, 2, 1],
      [0, 0, 0.75],
    ];
    const [merged, feature] = await atLevel2(both, { rows, strength });
    const size = feature!.data.length / rows.length;
    const wanted = Float32Array.from(feature!.data);
    for (const [adapter, from, to] of [
      [a, 0, 2],
      [b, 2, 3],
    ] as const) {
      const sum = (row: readonly number[]) => row.reduce((so, weight) => so + weight, 0);
      const parts = rows.map((row) => row.slice(from, to));
      const scaled = parts.map((part, i) =>
        part.map((weight) => (sum(part) > 0 ? (weight * sum(rows[i]!)) / sum(part) : 0)),
      );
      // A row of zeros means no degradation, but its share is zero as well.
      const alone = await atLevel2(graft([adapter], fed), { rows: scaled });
      for (const [i, part] of parts.entries()) {
        const share = sum(part) / sum(rows[i]!);
        for (let at = i * size; at < (i + 1) * size; at++) {
          wanted[at]! += strength * share * (alone[0]!.data[at]! - feature!.data[at]!);
        }
      }
    }
    expect(maxError(merged!, { ...merged!, data: wanted })).toBeLessThan(1e-5);
    expect(maxError(merged!, feature!)).toBeGreaterThan(1e-2);
  });

  it("gives the host's output at strength 0 and for all-zero weights", async () => {
    const [plain] = await run(host.model);
    const [still] = await run(both, { rows: [[0.2, 0.3, 0.5]], strength: 0 });
    const [told] = await run(both, { rows: [[0, 0, 0]] });
    expect(maxError(still!, plain!)).toBe(0);
    expect(maxError(told!, plain!)).toBe(0);
  });

  it.each([[[1e-20, 0, 3e-20]], [[1e20, 0, 3e20]], [[1e-30, 0, 1]]])(
    'stays finite for weights of %j',
    async (row) => {
      const [output] = await run(both, { rows: [row] });
      expect(output!.data.every(Number.isFinite)).toBe(true);
    },
  );

  it('leaves a level to the adapters that have it', async () => {
    const low = open(host, { name: 'low', labels: ['snow'], attach: 'replace', seed: 5 }, [2]);
    const mixed = graft([low, a], fed);
    const sites = readGraft(mixed)!.sites.map(({ level, modules }) => [
      level,
      modules.map(({ adapter }) => adapter),
    ]);
    expect(sites).toEqual([
      [2, [0, 1]],
      [1, [0]],
    ]);
    for (const [adapter, row, own] of [
      [low, [0, 0, 1], [1]],
      [a, [1, 0, 0], [1, 0]],
    ] as const) {
      const [got] = await run(mixed, { rows: [row] });
      const [wanted] = await run(graft([adapter], fed), { rows: [own] });
      expect(maxError(got!, wanted!)).toBe(0);
    }
  });

  it.each([11, 13, 17, 18, 21, 23])('runs in operator set %i', async (opset) => {
    const on = tinyHost({ opset });
    const [got] = await run(graft([a, b], fed, on), { rows: [[1, 0, 0]] });
    const [wanted] = await run(graft([a], fed, on), { rows: [[1, 0]] });
    expect(maxError(got!, wanted!)).toBe(0);
  });

  it('is exact on a float16 host, too', async () => {
    const on = tinyHost({ dataType: 'float16' });
    const [got] = await run(graft([a, b], fed, on), { rows: [[0, 1, 0]] }, [], 'float16');
    const [wanted] = await run(graft([a], fed, on), { rows: [[0, 1]] }, [], 'float16');
    const [plain] = await run(on.model, {}, [], 'float16');
    expect(maxError(got!, wanted!)).toBe(0);
    expect(maxError(got!, plain!)).toBeGreaterThan(1e-3);
  });

  it.each<[string, PlanOptions]>([
    ['optional inputs', {}],
    ['required inputs', fed],
    ['baked', { bake: { weights: { rain: 1, blur: 1 } } }],
  ])('is removed byte for byte: %s', (_, options) => {
    const reread = readModel(bytesSource(bytesOf(graft([a, b, c], options))));
    expect(Buffer.from(bytesOf(ungraft(reread).model)).equals(bytesOf(host.model))).toBe(true);
  });
});

describe('several adapters, baked', () => {
  it('equal the same inputs', async () => {
    const weights = { rain: 0.5, haze: 0.25, blur: 0.25 };
    const [baked] = await run(graft([a, b], { bake: { weights, strength: 0.5 } }));
    const [told] = await run(graft([a, b], fed), { rows: [[0.5, 0.25, 0.25]], strength: 0.5 });
    expect(maxError(baked!, told!)).toBeLessThan(1e-5);
  });

  it('omit an adapter without weight, as if it had never been there', () => {
    const bake = { weights: { rain: 1 } };
    expect(
      Buffer.from(bytesOf(graft([a, b], { bake }))).equals(bytesOf(graft([a], { bake }))),
    ).toBe(true);
    const plan = requirePlan(
      makePlan({ ...tinyRequest(host), adapters: [a, b], options: { bake } }),
    );
    expect(plan.summary.warnings).toContain("adapter 'b' is omitted: none of its labels is baked");
  });
});

describe('adapters that cannot be told apart', () => {
  const refusals = (...adapters: Adapter[]) => {
    const result = makePlan({ ...tinyRequest(host), adapters });
    return result.status === 'refused'
      ? result.refusals.map(({ code, message }) => `${code} ${message}`)
      : [];
  };

  it.each<[string, Adapter[], RegExp]>([
    [
      'a label in two of them',
      [a, open(host, { name: 'd', labels: ['dusk', 'haze'], seed: 8 })],
      /^ADAPTER_MISMATCH label 'haze' is in adapters 'a' and 'd'/,
    ],
    [
      'the same tensors under another name and other labels',
      [b, { ...b, name: 'copy', config: { ...b.config, labels: ['fog'] } }],
      /^ADAPTER_MISMATCH adapters 'b' and 'copy' are the same adapter twice/,
    ],
    [
      'the same digest',
      [
        { ...a, digest: 'sha256:1' },
        { ...b, digest: 'sha256:1' },
      ],
      /^ADAPTER_MISMATCH adapters 'a' and 'b' are the same adapter twice/,
    ],
    ['no adapter', [], /^INVALID_ARGUMENT No adapter/],
  ])('are rejected: %s', (_, adapters, message) => {
    expect(refusals(...adapters)[0]).toMatch(message);
  });
});
