import { bytesSource, checkModel, type Model, readModel } from '@pip-graft/onnx-graft';
import {
  applyPlan,
  initSensor,
  makePlan,
  type PlanOptions,
  readGraft,
  requirePlan,
  type Sensor,
  ungraft,
} from '@pip-graft/pip-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { maxError } from '../one-site.ts';
import { type TinyHostOptions, tinyHost, tinyRequest } from '../tiny-host.ts';

const labels = ['rain', 'haze', 'blur'];
/** Its labels are in another order than the adapter's. It acts on whatever it finds. */
const small = { labels: ['blur', 'rain', 'haze'], widths: [4, 5, 6], local: 8, hidden: 7, seed: 5 };
const sensor = initSensor({ ...small, sure: { from: 0, full: 1 } });
const bytesOf = ({ source }: Model) => source.read(0, source.size);

function blind(host: TinyHostOptions = {}, options: PlanOptions = {}) {
  // Inputs without defaults, so that onnxruntime's Node binding can feed them.
  const asked = { auto: sensor, inputs: 'required' as const, ...options };
  const request = tinyRequest(tinyHost(host), { labels, attach: 'replace' }, asked);
  const plan = requirePlan(makePlan(request));
  const tool = { name: 'test', version: '0' };
  return {
    ...request,
    plan,
    grafted: applyPlan(plan, tool),
  };
}

const [height, width] = [16, 20];
const pixels = (n: number) =>
  Float32Array.from({ length: n * 3 * height * width }, (_, i) => Math.sin(i * i * 0.01) / 2 + 0.5);

async function run(model: Model, rows: readonly (readonly number[])[], n = 1, strength = 1) {
  const session = await InferenceSession.create(bytesOf(model), { logSeverityLevel: 3 });
  const results = await session.run({
    image: new Tensor('float32', pixels(n), [n, 3, height, width]),
    degradation: new Tensor('float32', rows.flat(), [rows.length, labels.length]),
    strength: new Tensor('float32', [strength], []),
  });
  const [first, last] = [session.outputNames[0]!, session.outputNames.at(-1)!];
  await session.release();
  const of = (name: string) => ({
    dims: results[name]!.dims,
    data: results[name]!.data as Float32Array,
  });
  return { output: of(first), found: of(last), last };
}

/** The sensor's probabilities, implemented a second time without ONNX. */
function likelihoods({ config, tensors }: Sensor, image: Float32Array): number[] {
  const gelu = (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2));
  const numbers = (name: string) => tensors.get(name)!.data;
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const held = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
  type Plane = number[][];
  const each = (plane: Plane, change: (value: number) => number): Plane =>
    plane.map((row) => row.map(change));
  /** One value for every second place in every second row. */
  const halve = (plane: Plane, value: (y: number, x: number) => number): Plane =>
    Array.from({ length: Math.ceil(plane.length / 2) }, (_, y) =>
      Array.from({ length: Math.ceil(plane[0]!.length / 2) }, (_, x) => value(2 * y, 2 * x)),
    );
  const steps = [-1, 0, 1];
  const average = (plane: Plane): Plane =>
    halve(plane, (y, x) =>
      mean(
        steps.flatMap((dy) =>
          steps.flatMap((dx) => {
            const value = plane[y + dy]?.[x + dx];
            return value === undefined ? [] : [value];
          }),
        ),
      ),
    );
  let planes: Plane[] = [0, 1, 2].map((c) =>
    Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => (image[(c * height + y) * width + x]! - 0.5) * 4),
    ),
  );
  let colours = planes;
  let squares = planes.map((plane) => each(plane, (value) => value * value));
  let energies: Plane[] = [];
  for (const [at, channels] of config.widths.entries()) {
    const kernel = numbers(`conv${at + 1}.weight`);
    const bias = numbers(`conv${at + 1}.bias`);
    const before = planes;
    const convolved = Array.from({ length: channels }, (_, o) =>
      halve(before[0]!, (y, x) => {
        let sum = bias[o]!;
        for (const [i, plane] of before.entries())
          for (const [ky, dy] of steps.entries())
            for (const [kx, dx] of steps.entries())
              sum +=
                kernel[((o * before.length + i) * 3 + ky) * 3 + kx]! *
                plane[held(y + dy, plane.length)]![held(x + dx, plane[0]!.length)]!;
        return sum;
      }),
    );
    [colours, squares, energies] = [colours, squares, energies].map((some) =>
      some.map(average),
    ) as [Plane[], Plane[], Plane[]];
    energies.push(...convolved.map((plane) => each(plane, (value) => value * value)));
    planes = convolved.map((plane) => each(plane, gelu));
  }
  const layer = (name: string, values: readonly number[]) =>
    [...numbers(`${name}.bias`)].map((bias, to) =>
      values.reduce(
        (sum, value, i) => sum + value * numbers(`${name}.weight`)[to * values.length + i]!,
        bias,
      ),
    );
  const scaled = (energy: number) => 0.5 + Math.log(energy + 1e-4) / 4;
  const judged = colours[0]!.flatMap((row, y) =>
    row.map((_, x) => {
      const at = (plane: Plane) => plane[y]![x]!;
      const variances = squares.map((plane, c) => Math.max(0, at(plane) - at(colours[c]!) ** 2));
      const measures = [
        ...colours.map(at),
        ...variances.map(scaled),
        ...energies.map((plane) => scaled(at(plane))),
      ];
      return layer('place2', layer('place1', measures).map(gelu)).map(gelu);
    }),
  );
  const column = (at: number) => judged.map((values) => values[at]!);
  const means = judged[0]!.map((_, at) => mean(column(at)));
  const spreads = means.map((middle, at) =>
    Math.sqrt(mean(column(at).map((value) => (value - middle) ** 2)) + 1e-4),
  );
  const logits = layer('linear', layer('hidden', [...means, ...spreads]).map(gelu));
  return logits.map((x) => 1 / (1 + Math.exp(-x)));
}

/** Abramowitz and Stegun 7.1.26, within 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const y =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - y * Math.exp(-x * x));
}

describe('a graft with a sensor', () => {
  it.each([11, 17, 21])(
    'finds what the sensor computes, in the adapter’s order: operator set %i',
    async (opset) => {
      const { grafted, plan } = blind({ opset });
      expect(checkModel(grafted)).toEqual([]);
      const { found, last } = await run(grafted, [[0, 0, 0]]);
      expect(last).toBe('degradation_found');
      expect(plan.summary.auto?.output).toBe('degradation_found');
      const [blur, rain, haze] = likelihoods(sensor, pixels(1));
      for (const [at, share] of [rain!, haze!, blur!].entries())
        expect(found.data[at]).toBeCloseTo(share, 5);
    },
  );

  it('acts only as far as it is sure: not below one probability, fully above another', async () => {
    const [blur, rain, haze] = likelihoods(sensor, pixels(1)) as [number, number, number];
    const found = async (from: number, full: number) => {
      const auto = initSensor({ ...small, sure: { from, full } });
      const { grafted } = blind({}, { auto });
      return [...(await run(grafted, [[0, 0, 0]])).found.data];
    };
    const [least, middle, most] = [blur, rain, haze].sort((a, b) => a - b) as [
      number,
      number,
      number,
    ];
    const expected = [rain, haze, blur].map((p) => (p - least) / (most - least));
    const between = await found(least, most);
    for (const [at, weight] of expected.entries()) expect(between[at]).toBeCloseTo(weight, 4);
    expect((middle - least) / (most - least)).toBeGreaterThan(0.05);
    // Exactly nothing and exactly everything, however float32 rounds.
    expect(await found(most + 1e-3, 1)).toEqual([0, 0, 0]);
    expect(await found(0, least - 1e-3)).toEqual([1, 1, 1]);
  });

  it('is sure of a label by that label’s own thresholds, in the adapter’s order', async () => {
    const [blur, rain, haze] = likelihoods(sensor, pixels(1)) as [number, number, number];
    const sure = {
      from: 0,
      full: 1,
      labels: { rain: { from: rain + 1e-3, full: 1 }, blur: { from: blur / 2, full: 1 } },
    };
    const { grafted } = blind({}, { auto: initSensor({ ...small, sure }) });
    expect(checkModel(grafted)).toEqual([]);
    const found = [...(await run(grafted, [[0, 0, 0]])).found.data];
    expect(found[0]).toBe(0);
    expect(found[1]).toBeCloseTo(haze, 5);
    expect(found[2]).toBeCloseTo(blur / 2 / (1 - blur / 2), 5);
  });

  it('finds nearly the same with mirrored borders around an image', async () => {
    const { grafted } = blind();
    const [tall, wide] = [64, 96];
    const at = (c: number, y: number, x: number) =>
      0.5 + 0.3 * Math.sin(x * 0.9 + c) * Math.cos(y * 0.7) + 0.1 * Math.sin(x * y);
    const session = await InferenceSession.create(bytesOf(grafted), { logSeverityLevel: 3 });
    const found = async (more: number) => {
      const [h, w] = [tall + more, wide + more];
      const mirrored = (v: number, size: number) => (v < size ? v : 2 * size - 2 - v);
      const data = Float32Array.from({ length: 3 * h * w }, (_, i) =>
        at(Math.floor(i / (h * w)), mirrored(Math.floor(i / w) % h, tall), mirrored(i % w, wide)),
      );
      const results = await session.run({
        image: new Tensor('float32', data, [1, 3, h, w]),
        degradation: new Tensor('float32', [0, 0, 0], [1, 3]),
        strength: new Tensor('float32', [1], []),
      });
      return [...(results['degradation_found']!.data as Float32Array)];
    };
    const [plain, framed] = [await found(0), await found(8)];
    for (const [label, weight] of plain.entries())
      expect(Math.abs(weight - framed[label]!)).toBeLessThan(0.02);
    await session.release();
  });

  it('uses what it found for zero rows, and the caller’s weights otherwise', async () => {
    const { grafted } = blind();
    const plain = blind({}, { auto: undefined as never });
    const rain = await run(grafted, [[1, 0, 0]]);
    expect(maxError(rain.output, (await run(plain.grafted, [[1, 0, 0]])).output)).toBeLessThan(
      1e-6,
    );
    const none = await run(grafted, [[0, 0, 0]]);
    expect(maxError(none.output, rain.output)).toBeGreaterThan(1e-5);
    const told = await run(grafted, [[...none.found.data]]);
    expect(maxError(told.output, none.output)).toBe(0);
    expect(told.found.data).toEqual(none.found.data);
  });

  it('finds a row per image, also if one row of zeros is given for all', async () => {
    const { grafted } = blind();
    const shared = await run(grafted, [[0, 0, 0]], 2);
    const mixed = await run(
      grafted,
      [
        [0, 0, 0],
        [0, 1, 0],
      ],
      2,
    );
    expect(shared.found.dims).toEqual([2, 3]);
    expect(shared.found.data.slice(0, 3)).not.toEqual(shared.found.data.slice(3));
    const half = shared.output.data.length / 2;
    expect(mixed.output.data.slice(0, half)).toEqual(shared.output.data.slice(0, half));
    expect(mixed.output.data.slice(half)).not.toEqual(shared.output.data.slice(half));
  });

  it('gives the host’s output at strength 0', async () => {
    const { grafted, model } = blind();
    const session = await InferenceSession.create(bytesOf(model), { logSeverityLevel: 3 });
    const image = new Tensor('float32', pixels(1), [1, 3, height, width]);
    const results = await session.run({ image });
    const alone = results[session.outputNames[0]!]!;
    const { output } = await run(grafted, [[0, 0, 0]], 1, 0);
    expect(maxError(output, { dims: alone.dims, data: alone.data as Float32Array })).toBeLessThan(
      1e-5,
    );
  });

  it('is blind for a caller who feeds nothing', () => {
    const { plan, grafted } = blind({}, { inputs: 'optional' });
    expect(plan.summary.defaultDegradation).toEqual([0, 0, 0]);
    expect(readGraft(grafted)).toMatchObject({
      auto: { name: 'sensor', trained: false, output: 'degradation_found' },
      undo: { outputs: ['degradation_found'] },
    });
    expect(plan.summary.warnings).toContain(
      "sensor 'sensor' is untrained: what it finds means nothing",
    );
  });

  it('computes in float32 on a float16 host', async () => {
    const { grafted } = blind({ dataType: 'float16' });
    expect(checkModel(grafted)).toEqual([]);
    const weights = grafted.graph.initializers.filter(({ name }) =>
      name.startsWith('pip/sensor/conv'),
    );
    expect(new Set(weights.map(({ dataType }) => dataType))).toEqual(new Set(['float32']));
    expect(grafted.graph.outputs.at(-1)).toMatchObject({
      name: 'degradation_found',
      dataType: 'float32',
    });
  });

  it('is removed byte for byte', () => {
    const { grafted, model } = blind();
    const again = readModel(bytesSource(bytesOf(grafted)));
    expect(bytesOf(ungraft(again).model)).toEqual(bytesOf(model));
  });

  it('renames its output if the host has that name already', () => {
    const { plan, grafted, model } = blind({ inputName: 'degradation_found' });
    expect(plan.summary.auto?.output).toBe('degradation_found_2');
    expect(bytesOf(ungraft(grafted).model)).toEqual(bytesOf(model));
  });

  it('rejects a record that would remove the host’s output', () => {
    const { grafted } = blind();
    const text = grafted.metadata.get('pip_graft')!;
    const own = grafted.graph.outputs[0]!.name;
    const forged = (change: (record: Record<string, Record<string, unknown>>) => void) => {
      const record = JSON.parse(text);
      change(record);
      return { ...grafted, metadata: new Map([['pip_graft', JSON.stringify(record)]]) };
    };
    expect(() =>
      readGraft(
        forged((r) => {
          r['undo']!['outputs'] = [own];
        }),
      ),
    ).toThrow(/names more than the graft's output/);
    expect(() =>
      readGraft(
        forged((r) => {
          r['auto']!['output'] = own;
        }),
      ),
    ).toThrow(/not the name of a graft's output/);
    expect(() =>
      readGraft(
        forged((r) => {
          r['auto'] = null as never;
        }),
      ),
    ).toThrow(/names more than the graft's output \(none\)/);
    const absent = forged((r) => {
      delete r['auto'];
    });
    expect(() => readGraft(absent)).toThrow(/'auto' is missing/);
  });
});

describe('makePlan rejects a sensor', () => {
  const refusals = (options: PlanOptions, init: readonly string[] = labels) => {
    const result = makePlan(tinyRequest(tinyHost(), { labels: init }, options));
    return result.status === 'refused' ? result.refusals : [];
  };

  it('with other labels', () => {
    expect(refusals({ auto: sensor }, ['rain', 'noise'])).toEqual([
      {
        code: 'ADAPTER_MISMATCH',
        message:
          "sensor 'sensor': it does not know noise and also tells blur, haze, which no adapter has; train one for exactly the adapters' labels (rain, noise).",
      },
    ]);
  });

  it('together with a baked degradation', () => {
    expect(refusals({ auto: sensor, bake: { weights: { rain: 1 } } })).toMatchObject([
      { code: 'INVALID_ARGUMENT' },
    ]);
  });

  it('that is invalid', () => {
    const broken = { ...sensor, tensors: new Map([...sensor.tensors].slice(1)) };
    expect(refusals({ auto: broken })).toMatchObject(
      [{ code: 'ADAPTER_INVALID', message: /tensor 'conv1.weight' is missing/ }].map(
        ({ code }) => ({ code }),
      ),
    );
  });
});
