import { bytesSource, type Model, readModel } from '@pip-graft/onnx-graft';
import {
  applyPlan,
  type GraftRecord,
  makePlan,
  readGraft,
  requirePlan,
  ungraft,
} from '@pip-graft/pip-core';
import type { FloatTensor } from '@pip-graft/weights';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { maxError } from '../one-site.ts';
import { type TinyHostOptions, tinyHost, tinyRequest } from '../tiny-host.ts';

const tool = { name: 'test', version: '9.9.9' };
const bytesOf = ({ source }: Model) => source.read(0, source.size);

function grafted(
  host: TinyHostOptions = {},
  ...rest: [Parameters<typeof tinyRequest>[1]?, Parameters<typeof tinyRequest>[2]?]
) {
  const request = tinyRequest(tinyHost(host), ...rest);
  const plan = requirePlan(makePlan(request));
  return { ...request, plan, grafted: applyPlan(plan, tool) };
}

const image = (n = 1): FloatTensor => ({
  dims: [n, 3, 16, 24],
  data: Float32Array.from({ length: n * 3 * 16 * 24 }, (_, i) => Math.sin(i * 0.37) * 0.5 + 0.5),
});

async function run(model: Model, feed = image()): Promise<FloatTensor> {
  const session = await InferenceSession.create(bytesOf(model), {
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 3,
  });
  const settings = session.inputNames.includes('strength')
    ? {
        degradation: new Tensor('float32', [1 / 3, 1 / 3, 1 / 3], [1, 3]),
        strength: new Tensor('float32', [1], []),
      }
    : {};
  const results = await session.run({
    image: new Tensor('float32', feed.data, feed.dims),
    ...settings,
  });
  await session.release();
  const output = results[session.outputNames[0]!]!;
  return { dims: output.dims, data: output.data as Float32Array };
}

describe('graft', () => {
  it('an untrained residual adapter keeps the host’s output, bit for bit', async () => {
    const { model, grafted: result } = grafted();
    expect(maxError(await run(result), await run(model))).toBe(0);
  });

  it.each([11, 13, 17, 18, 21, 23])(
    'a replacing adapter runs and changes the output: operator set %i',
    async (opset) => {
      const { model, grafted: result } = grafted(
        { opset },
        { attach: 'replace', mode: 'pip_cross_topm' },
      );
      const output = await run(result, image(2));
      expect(output.data.every(Number.isFinite)).toBe(true);
      expect(maxError(output, await run(model, image(2)))).toBeGreaterThan(1e-3);
    },
  );

  it('a baked label changes the output without inputs', async () => {
    const baked = (label: string) =>
      grafted({}, { attach: 'replace' }, { bake: { weights: { [label]: 1 } } }).grafted;
    const [rain, haze] = [baked('rain'), baked('haze')];
    expect(rain.graph.inputs.map(({ name }) => name)).toEqual(['image']);
    expect(maxError(await run(rain), await run(haze))).toBeGreaterThan(1e-4);
  });

  it('adds its inputs, and every other name under its prefix', () => {
    const { model, grafted: result } = grafted();
    expect(result.graph.inputs.map(({ name, dims }) => [name, dims])).toEqual([
      ['image', ['n', 3, 'h', 'w']],
      ['degradation', ['pip_rows', 3]],
      ['strength', []],
    ]);
    const before = new Set(model.graph.nodes.map(({ name }) => name));
    const added = result.graph.nodes.filter(({ name }) => !before.has(name));
    expect(added.length).toBeGreaterThan(80);
    expect(added.filter(({ name }) => !/^pip\/(degradation|level[12])\//.test(name))).toEqual([]);
    const merge = result.graph.nodes.find(({ name }) => name === 'merge1')!;
    expect(merge.inputs[1]).toMatch(/^pip\/level1\/attach\//);
  });

  it('writes nodes in the newest known form for a newer operator set', () => {
    const host = tinyHost({ opset: 23 });
    const request = tinyRequest({ ...host, model: { ...host.model, opsets: new Map([['', 26]]) } });
    const result = applyPlan(requirePlan(makePlan(request)), tool);
    expect(result.graph.nodes.map(({ opType }) => opType)).toContain('Gelu');
  });

  it('leaves the edge to the next encoder level alone', () => {
    const { grafted: result } = grafted();
    const encoder = result.graph.nodes.find(({ name }) => name === 'encoder2')!;
    expect(encoder.inputs[0]).toBe('Relu_output_0');
  });

  it('gives the same bytes for the same request', () => {
    expect(Buffer.from(bytesOf(grafted().grafted)).equals(bytesOf(grafted().grafted))).toBe(true);
  });

  it('works in float16', async () => {
    const { grafted: result } = grafted(
      { dataType: 'float16' },
      { attach: 'replace', mode: 'pip_cross' },
    );
    await (await InferenceSession.create(bytesOf(result), { logSeverityLevel: 3 })).release();
  });
});

describe('readGraft', () => {
  it('returns what was planned', () => {
    const { plan, grafted: result, sites } = grafted();
    const record = readGraft(result)!;
    const { label: _, opset: __, ...host } = plan.summary.host;
    expect(record).toMatchObject({
      tool,
      host,
      adapters: plan.summary.adapters,
      labels: ['rain', 'haze', 'blur'],
      inputs: plan.summary.inputs,
      inputKind: 'required',
      baked: null,
      undo: { prefix: 'pip', inputs: ['degradation', 'strength'] },
    });
    expect(
      record.sites.map(({ value, uses, channels, scale }) => ({ value, uses, channels, scale })),
    ).toEqual(
      [...sites]
        .reverse()
        .map(({ value, uses, channels, scale }) => ({ value, uses, channels, scale })),
    );
    const values = new Set(result.graph.nodes.flatMap(({ outputs }) => outputs));
    for (const site of record.sites) {
      const names = [site.output, ...site.modules.flatMap((each) => Object.values(each.values))];
      for (const name of names) expect(values.has(name), name).toBe(true);
    }
  });

  it('is null for a model without a graft', () => {
    expect(readGraft(tinyHost().model)).toBeNull();
  });

  const record = readGraft(grafted().grafted)!;
  const stamped = (change: object) =>
    tinyHost({ metadata: { pip_graft: JSON.stringify({ ...record, ...change }) } }).model;

  it.each<[string, object, RegExp]>([
    ['a newer version', { formatVersion: 3 }, /record has version 3.*Update/],
    ['no tool', { tool: null }, /'tool': expected an object/],
    [
      'an unknown mode',
      { adapters: [{ ...record.adapters[0], mode: 'x' }] },
      /'mode' must be one of/,
    ],
    ['no adapters', { adapters: [] }, /'labels' are not those of the adapters/],
    ['labels of nobody', { labels: ['rain', 'haze', 'snow'] }, /'labels' are not those/],
    [
      'a module of an adapter that is not there',
      {
        sites: record.sites.map((site) => ({
          ...site,
          modules: [{ ...site.modules[0], adapter: 1 }],
        })),
      },
      /'adapter' must be the index of one of 1 adapters/,
    ],
    [
      'an adapter twice at a site',
      {
        sites: record.sites.map((site) => ({
          ...site,
          modules: [site.modules[0], site.modules[0]],
        })),
      },
      /'modules' must hold one entry for each adapter/,
    ],
    ['weights of another count', { defaultDegradation: [1] }, /must hold 3 numbers/],
    [
      'a prefix that would take the host’s nodes',
      { undo: { ...record.undo, prefix: '' } },
      /'prefix' '' is not a graft's/,
    ],
    [
      'inputs that are the host’s',
      { undo: { ...record.undo, inputs: ['image'] } },
      /'inputs' names more/,
    ],
    [
      'redirects of the host’s values',
      { undo: { ...record.undo, redirects: { image: 'x' } } },
      /'redirects' names values outside/,
    ],
    [
      'the host’s image as its degradation input',
      { inputs: { degradation: 'image', strength: 'strength' } },
      /'image' is not the name of a graft's input/,
    ],
    [
      'redirects that the sites do not know',
      { undo: { ...record.undo, redirects: {} } },
      /'undo' does not redirect what the sites say/,
    ],
    ['no sites', { sites: [] }, /'undo' does not redirect/],
    [
      'a length prefix that would fill the memory',
      { undo: { ...record.undo, graphLengthWidth: 1e9 } },
      /'graphLengthWidth' must be a whole number from 1 to 10/,
    ],
  ])('rejects a stamp with %s', (_, change, message) => {
    expect(() => readGraft(stamped(change))).toThrow(
      expect.objectContaining({ code: 'CORRUPT_FILE', message: expect.stringMatching(message) }),
    );
  });

  it('rejects a stamp that is not JSON', () => {
    expect(() => readGraft(tinyHost({ metadata: { pip_graft: 'yes' } }).model)).toThrow(/not JSON/);
  });
});

describe('ungraft', () => {
  it.each<[string, TinyHostOptions, Parameters<typeof tinyRequest>[2]]>([
    ['with inputs', {}, {}],
    ['baked', {}, { bake: { weights: [1, 0, 0] } }],
    ['one level', {}, { levels: [1] }],
    ['names that were taken', { inputName: 'strength', metadata: { author: 'me' } }, {}],
    ['an old operator set', { opset: 11, irVersion: 6 }, {}],
  ])('restores the host byte for byte: %s', (_, options, choices) => {
    const { model, grafted: result } = grafted(options, {}, choices);
    const reread = readModel(bytesSource(bytesOf(result), 'file.onnx'));
    const back = ungraft(reread);
    expect(Buffer.from(bytesOf(back.model)).equals(bytesOf(model))).toBe(true);
    const read: GraftRecord = back.graft;
    expect(read.host.digest).toMatch(/^sha256:/);
  });

  it('rejects a model without a graft', () => {
    expect(() => ungraft(tinyHost().model)).toThrow(
      expect.objectContaining({ code: 'NOT_GRAFTED' }),
    );
  });

  it('a second graft is rejected until the first is removed', () => {
    const { grafted: result, ...request } = grafted();
    const again = makePlan({ ...request, model: result });
    expect(again).toMatchObject({
      status: 'refused',
      refusals: expect.arrayContaining([expect.objectContaining({ code: 'ALREADY_GRAFTED' })]),
    });
    expect(makePlan({ ...request, model: ungraft(result).model }).status).toBe('planned');
  });
});
