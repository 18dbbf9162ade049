import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fingerprint, locateSkips } from '@pip-graft/backbones';
import {
  bytesSource,
  exposeValues,
  graphFacts,
  inlineExternal,
  type Model,
  readModel,
} from '@pip-graft/onnx-graft';
import { digest, openModel } from '@pip-graft/onnx-graft/node';
import {
  type Adapter,
  graft,
  type PipConfig,
  planGraft,
  readGraft,
  requirePlan,
  ungraft,
} from '@pip-graft/pip-core';
import {
  type FloatTensor,
  fromFloat16,
  readSafetensors,
  type TensorMap,
  toFloat16,
} from '@pip-graft/weights';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';

// Real exports with PIP on their skips, against PyTorch: reference/make_grafted_goldens.py.
const fixtures = new URL('../../packages/backbones/test/fixtures/', import.meta.url);
const goldens = new URL('./goldens/', import.meta.url);

interface Fixture {
  readonly file: string;
  readonly family: string;
  readonly variant: string;
  readonly dynamic: boolean;
  readonly faithful: boolean;
  readonly faithfulAtOtherSizes?: boolean;
  /** null when the file does not run at one of the sizes. */
  readonly error: number | null;
  readonly sites: readonly { level: number; channels: number; scale: number; join: string }[];
  readonly note?: string;
}

const all: readonly Fixture[] = JSON.parse(
  readFileSync(new URL('fixtures.json', fixtures), 'utf8'),
).fixtures;

interface Golden {
  readonly name: string;
  readonly family: string;
  readonly adapter: Adapter;
  readonly values: TensorMap;
}

const cases: readonly Golden[] = readdirSync(goldens).map((file) => {
  const { tensors, metadata } = readSafetensors(readFileSync(new URL(file, goldens)), file);
  const { family, degradations, ...rest } = JSON.parse(metadata['config']!);
  const labels = Array.from({ length: degradations }, (_, i) => `label-${i + 1}`);
  const config: PipConfig = { ...rest, labels, dtype: 'float32' };
  const parameters = [...tensors].flatMap(([name, { dims, data }]): [string, FloatTensor][] => {
    if (!name.startsWith('param.')) return [];
    // The reference keeps the gate as (1, C, 1, 1).
    const own = name.endsWith('.gate') ? [data.length] : dims;
    return [[name.slice('param.'.length), { dims: own, data }]];
  });
  const adapter: Adapter = {
    ...{ name: file, version: '0.0.0', config, tensors: new Map(parameters) },
    ...{ base: { family, fingerprint: null, digest: null }, training: null },
    ...{ defaultDegradation: null, license: null, baseLicense: null, digest: null },
  };
  return { name: file.replace('.safetensors', ''), family, adapter, values: tensors };
});

function load(file: string): Model {
  const { model, external, close } = openModel(fileURLToPath(new URL(file, fixtures)));
  // In memory, so that runs need no folder.
  const whole = inlineExternal(model, external);
  const bytes = whole.source.read(0, whole.source.size);
  close();
  return readModel(bytesSource(bytes, file));
}

function graftOnto(host: Model, adapter: Adapter, requireInputs = true) {
  const facts = graphFacts(host);
  const { family, sites } = locateSkips(host, facts);
  const plan = requirePlan(
    planGraft({
      ...{ model: host, facts, sites, family, fingerprint: null, adapter },
      digest: digest(host.source),
      options: { requireInputs },
    }),
  );
  return { family, sites, grafted: graft(host, plan, adapter, { name: 'test', version: '0' }) };
}

async function run(
  model: Model,
  feeds: Readonly<Record<string, FloatTensor>>,
  wanted: readonly string[] = ['output'],
): Promise<FloatTensor[]> {
  const exposed = exposeValues(
    model,
    wanted.filter((name) => name !== 'output'),
  );
  const session = await InferenceSession.create(exposed.source.read(0, exposed.source.size), {
    ...{ logSeverityLevel: 3, intraOpNumThreads: 1, graphOptimizationLevel: 'basic' },
  });
  const types = new Map(model.graph.inputs.map(({ name, dataType }) => [name, dataType]));
  const tensors = Object.entries(feeds).map(([name, { data, dims }]) => [
    name,
    types.get(name) === 'float16'
      ? new Tensor('float16', toFloat16(data), dims)
      : new Tensor('float32', data, dims),
  ]);
  const results = await session.run(Object.fromEntries(tensors));
  await session.release();
  return wanted.map((name) => {
    const { dims, data } = results[name]!;
    if (data instanceof Float32Array) return { dims, data };
    return { dims, data: fromFloat16(new Uint16Array((data as Uint16Array).buffer)) };
  });
}

/** Largest absolute difference over the largest value. */
function relativeError(got: FloatTensor, expected: FloatTensor): number {
  expect(got.dims).toEqual(expected.dims);
  let worst = 0;
  let largest = 0;
  for (const [i, value] of expected.data.entries()) {
    const error = Math.abs(got.data[i]! - value);
    if (!(error <= worst)) worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
    largest = Math.max(largest, Math.abs(value));
  }
  return worst / largest;
}

/** float16 keeps three digits, and a dozen layers add up; the module's own prompts stay float32. */
const limits: Readonly<Record<string, number>> = { float16: 2e-2, 'float16-io': 2e-2 };
const limitOf = ({ variant }: Fixture): number => limits[variant] ?? 1e-4;
const quantised = ({ variant }: Fixture): boolean => variant.startsWith('qdq');
const wrong = ({ faithful, variant }: Fixture): boolean =>
  !faithful && limits[variant] === undefined && !variant.startsWith('qdq');

const sizes = (fixture: Fixture): string[] =>
  fixture.faithfulAtOtherSizes || (fixture.dynamic && limits[fixture.variant] !== undefined)
    ? ['exported', 'other']
    : ['exported'];

function feedsOf(golden: Golden, size: string, strength: number): Record<string, FloatTensor> {
  return {
    image: golden.values.get(`${size}.image`)!,
    degradation: golden.values.get(`${size}.weights`)!,
    strength: { dims: [], data: Float32Array.of(strength) },
  };
}

describe.each(cases)('$name', (golden) => {
  const own = all.filter(({ family }) => family === golden.family);

  it.each(own.filter((one) => !quantised(one) && !wrong(one)))(
    '$file: sites, output, removal',
    async (fixture) => {
      const host = load(fixture.file);
      const { family, sites, grafted } = graftOnto(host, golden.adapter);
      expect(family).toBe(fixture.family);
      expect(sites).toMatchObject(
        fixture.sites.map(({ level, channels, scale, join }) => ({ level, channels, scale, join })),
      );
      for (const size of sizes(fixture)) {
        for (const strength of [1, 0.5]) {
          const [got] = await run(grafted, feedsOf(golden, size, strength));
          const expected = golden.values.get(`${size}.output.${strength}`)!;
          expect(
            relativeError(got!, expected),
            `${size}, strength ${strength}`,
          ).toBeLessThanOrEqual(limitOf(fixture));
        }
      }
      const back = ungraft(grafted).model.source;
      expect(
        Buffer.from(back.read(0, back.size)).equals(host.source.read(0, host.source.size)),
      ).toBe(true);
    },
  );

  it.each(own.filter(quantised))(
    '$file: the module runs in float on what the host dequantises',
    async (fixture) => {
      const host = load(fixture.file);
      const { sites, grafted } = graftOnto(host, golden.adapter);
      expect(sites).toHaveLength(fixture.sites.length);
      const record = readGraft(grafted)!;
      const feeds = feedsOf(golden, 'exported', 1);
      const dequantised = record.sites.map(({ value }) => value);
      const makers = dequantised.map((value) =>
        host.graph.nodes.find(({ outputs }) => outputs.includes(value)),
      );
      expect(makers.map((node) => node?.opType)).toEqual(makers.map(() => 'DequantizeLinear'));
      const merged = record.sites.map(({ values }) => values.output);
      const results = await run(grafted, feeds, [...dequantised, ...merged]);
      // The same features, through the same adapter on a float host: the plain export's graft.
      const plain = graftOnto(
        load(own.find(({ variant, dynamic }) => variant === 'plain' && dynamic)!.file),
        golden.adapter,
      );
      const plainRecord = readGraft(plain.grafted)!;
      const cut = await levelsAlone(
        plain.grafted,
        plainRecord.sites,
        feeds,
        results.slice(0, dequantised.length),
      );
      for (const [index, expected] of cut.entries()) {
        expect(relativeError(results[dequantised.length + index]!, expected)).toBeLessThanOrEqual(
          1e-4,
        );
      }
    },
  );

  const broken = own.filter(wrong);
  it.skipIf(broken.length === 0).each(broken)('$file is wrong as exported: $note', (fixture) => {
    expect(graftOnto(load(fixture.file), golden.adapter).sites).toHaveLength(fixture.sites.length);
  });
});

/** Runs the grafted levels of a model on features that are fed instead of the host's own. */
async function levelsAlone(
  model: Model,
  sites: readonly { value: string; values: { output: string } }[],
  feeds: Readonly<Record<string, FloatTensor>>,
  features: readonly FloatTensor[],
): Promise<FloatTensor[]> {
  const { default: onnxProto } = await import('onnx-proto');
  const { onnx } = onnxProto;
  const proto = onnx.ModelProto.decode(model.source.read(0, model.source.size));
  const graph = proto.graph!;
  graph.node = graph.node!.filter(({ output }) => output!.some((name) => name.startsWith('pip/')));
  graph.input = graph.input!.filter(({ name }) => name !== 'image');
  const float = (name: string) => ({
    name,
    type: { tensorType: { elemType: 1, shape: { dim: [{}, {}, {}, {}] } } },
  });
  graph.input.push(...sites.map(({ value }) => float(value) as (typeof graph.input)[number]));
  graph.output = sites.map(({ values }) => float(values.output) as (typeof graph.input)[number]);
  graph.valueInfo = [];
  const session = await InferenceSession.create(onnx.ModelProto.encode(proto).finish(), {
    logSeverityLevel: 3,
  });
  const tensor = ({ data, dims }: FloatTensor) => new Tensor('float32', data, dims);
  const results = await session.run({
    degradation: tensor(feeds['degradation']!),
    strength: tensor(feeds['strength']!),
    ...Object.fromEntries(sites.map(({ value }, i) => [value, tensor(features[i]!)])),
  });
  await session.release();
  return sites.map(({ values }) => {
    const { dims, data } = results[values.output]!;
    return { dims, data: data as Float32Array };
  });
}

describe('an adapter bound to one export', () => {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const described = (file: string) => {
    const host = load(file);
    const facts = graphFacts(host);
    const { family, sites } = locateSkips(host, facts);
    const print = fingerprint(host, { digest: sha256, sites, facts });
    return { model: host, facts, family, sites, fingerprint: print, digest: digest(host.source) };
  };
  const golden = cases.find(({ family }) => family === 'nafnet')!;
  const own = all.filter(({ family }) => family === 'nafnet');
  const base = described('nafnet-torchscript-op16-dynamic.onnx');
  const { family, fingerprint: print, digest: exact } = base;
  const adapter: Adapter = {
    ...golden.adapter,
    base: { family, fingerprint: print, digest: exact },
  };
  const same = own.filter(({ variant }) => !/float16|qdq/.test(variant));

  it.each(same)('is accepted on $file', ({ file }) => {
    expect(planGraft({ ...described(file), adapter }).status).toBe('planned');
  });

  it.each(own.filter((one) => !same.includes(one)))(
    'is refused on $file, unless insisted',
    ({ file }) => {
      const request = { ...described(file), adapter };
      expect(planGraft(request)).toMatchObject({
        status: 'refused',
        refusals: [{ code: 'ADAPTER_MISMATCH' }],
      });
      expect(planGraft({ ...request, options: { allowUnbound: true } }).status).toBe('planned');
    },
  );
});
