import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  buildNafnet,
  initialWeights,
  nafnetDefaults,
  nafnetParameters,
} from '@pip-graft/backbones';
import {
  applyGraft,
  buildBackbone,
  bytesSource,
  checkModel,
  chooseSites,
  convertPrecision,
  decodeAdapter,
  detectBackbone,
  diffModels,
  encodeAdapter,
  extendGraph,
  externalLocations,
  findModules,
  freshAdapter,
  graphFacts,
  hostOf,
  importAdapter,
  labelWeights,
  layersLeftWide,
  lookAt,
  mainImage,
  modelBytes,
  parseInit,
  pipParameters,
  planGraft,
  readGraft,
  readModel,
  requireSites,
  swap,
  ungraft,
  withNamedAverages,
} from '@pip-graft/graft';
import {
  listAdapters,
  localAdapter,
  localCheckpoint,
  localModel,
  localSensor,
  openAdapter,
  openHost,
  packAdapter,
  parseHubName,
  readAdapter,
  readSensor,
  resolveAdapter,
  saveModel,
  writeAdapter,
} from '@pip-graft/graft/node';
import { afterAll, describe, expect, it } from 'vitest';

// What programs in JavaScript pass, which have no compiler that tells them.
const config = { ...nafnetDefaults, width: 8, encoder: [1, 1], decoder: [1, 1] };
const bytes = modelBytes(buildNafnet(config, initialWeights(nafnetParameters(config), 7)));
const host = hostOf(readModel(bytesSource(bytes)));
const adapter = freshAdapter(host, { labels: ['rain', 'haze'], seed: 3 });
const folder = mkdtempSync(join(tmpdir(), 'graft-arguments-'));
const file = join(folder, 'host.onnx');
writeFileSync(file, bytes);
afterAll(() => rmSync(folder, { recursive: true }));

const rejected = (message: string) =>
  expect.objectContaining({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(message) as string,
  }) as Error;
/** A value as a program without types passes it. */
const any = (value: unknown) => value as never;

describe('paths', () => {
  it.each([
    [undefined, 'passed undefined'],
    [pathToFileURL(file), 'passed a URL; pass the path that `fileURLToPath` returns for it'],
    [bytes, 'passed bytes; read a model in memory with `readModel(bytesSource(bytes))`'],
    [Promise.resolve(file), 'passed a promise; await it'],
  ])('are text: %s', async (path, message) => {
    await expect(openHost(any(path))).rejects.toThrow(
      rejected(`openHost: it takes a path as text and was ${message}`),
    );
    await expect(openAdapter(any(path), { for: host })).rejects.toThrow(rejected(message));
    const plan = planGraft(host, adapter);
    await expect(saveModel(applyGraft(plan), any(path))).rejects.toThrow(rejected(message));
  });
});

it.each<[string, (path: never) => unknown]>([
  ['localAdapter', localAdapter],
  ['localCheckpoint', localCheckpoint],
  ['localModel', localModel],
  ['localSensor', localSensor],
  ['listAdapters', listAdapters],
  ['packAdapter', (path) => packAdapter(path, 'out')],
  ['parseHubName', parseHubName],
  ['readAdapter', readAdapter],
  ['readSensor', readSensor],
  ['resolveAdapter', (path) => resolveAdapter('init', path)],
  ['writeAdapter', (path) => writeAdapter(path, adapter)],
])('%s takes a path', async (name, call) => {
  await expect(async () => call(any(new URL('file:///x')))).rejects.toThrow(
    rejected(`${name}: it takes a path as text and was passed a URL`),
  );
});

describe('hosts, adapters, plans and models', () => {
  it('are what the functions before returned, not a promise of it', async () => {
    expect(() => planGraft(any(openHost(file)), adapter)).toThrow(
      rejected(
        'planGraft: it takes a host, which `openHost` returns, and was passed a promise; await it.',
      ),
    );
    expect(() => planGraft(host, any(openAdapter('init', { for: host })))).toThrow(
      rejected('adapters, which `openAdapter` returns, and was passed a promise'),
    );
    expect(() => planGraft(host, [adapter, any(undefined)])).toThrow(rejected('passed undefined'));
    expect(() => planGraft(any(host.model), adapter)).toThrow(rejected('passed another object'));
    expect(() => applyGraft(any(adapter))).toThrow(rejected('a plan, which `planGraft` returns'));
    const plan = planGraft(host, adapter);
    await expect(saveModel(any(plan), file)).rejects.toThrow(
      rejected('saveModel: it takes a model'),
    );
    expect(() => freshAdapter(any(file))).toThrow(rejected('freshAdapter: it takes a host'));
    await expect(openAdapter('init', any(undefined))).rejects.toThrow(rejected('{ for: host }'));
    await expect(openAdapter('init', { for: any(file) })).rejects.toThrow(rejected('a string'));
  });
});

describe('bytes', () => {
  it('are wrapped by bytesSource, and read by readModel', () => {
    const buffer = Uint8Array.from(bytes).buffer;
    expect(() => bytesSource(any(buffer))).toThrow(
      rejected(
        'bytesSource: it takes a Uint8Array and was passed an ArrayBuffer; pass `new Uint8Array(buffer)`.',
      ),
    );
    expect(() => bytesSource(any(undefined))).toThrow(rejected('passed undefined'));
    expect(() => readModel(any(bytes))).toThrow(
      rejected('was passed bytes; read a model in memory with `readModel(bytesSource(bytes))`'),
    );
    expect(() => hostOf(any(bytes))).toThrow(rejected('hostOf: it takes a model'));
    expect(readModel(bytesSource(new Uint8Array(buffer))).graph.nodes.length).toBeGreaterThan(0);
  });
});

describe('options', () => {
  it.each([['rain'], [[1]]])('name labels as a list of text, not as %j', (labels) => {
    expect(() => freshAdapter(host, { labels: any(labels) })).toThrow(
      rejected("labels are a list of text, such as ['rain', 'haze']"),
    );
  });

  it.each([
    [{ range: '0..2' }, "range: '0..2' is not one of 0..1, 0..255, -1..1"],
    [{ inputs: 'none' }, "inputs: 'none' is not one of required, optional"],
    [{ sites: [1] }, "sites: a list was passed; pass text such as '1,3'"],
    [{ feeds: 25 }, 'pass numbers by input, such as'],
    [{ feeds: { sigma: '25' } }, "feeds: '25' for 'sigma' is not a finite number"],
    [{ bake: { rain: 1 } }, 'bake: it takes the weights to fix as { weights: { rain: 1 } }'],
  ])('are rejected before they are in a stamp: %j', (options, message) => {
    expect(() => planGraft(host, adapter, any(options))).toThrow(rejected(message));
  });

  it.each([
    ['rain', 'weights are passed as { rain: 1 } or as a list of numbers, not as a string'],
    [{ rain: '1' }, 'must be numbers'],
  ])('fix weights that are numbers, not %j', (weights, message) => {
    expect(() => planGraft(host, adapter, { bake: { weights: any(weights) } })).toThrow(
      expect.objectContaining({
        code: 'INVALID_WEIGHTS',
        message: expect.stringContaining(message) as string,
      }) as Error,
    );
  });

  it('place external data in a known way', async () => {
    const model = { ...host.model, external: undefined };
    await expect(
      saveModel(any(model), join(folder, 'x.onnx'), { externalData: any('weird') }),
    ).rejects.toThrow(rejected("'weird' is not one of reference, link, copy, inline"));
  });
});

describe('functions of the library', () => {
  const model = readModel(bytesSource(bytes));
  const opened = openHost(file);
  const aModel = 'takes a model, which `openModel` and `readModel` return, and was passed';
  it.each<[string, (value: never) => unknown]>([
    ['checkModel', checkModel],
    ['convertPrecision', convertPrecision],
    ['diffModels', (value) => diffModels(model, value)],
    ['externalLocations', externalLocations],
    ['graphFacts', graphFacts],
    ['modelBytes', modelBytes],
    ['readGraft', readGraft],
    ['ungraft', ungraft],
    ['lookAt', lookAt],
    ['mainImage', mainImage],
    ['layersLeftWide', layersLeftWide],
    ['extendGraph', (value) => extendGraph(value, any({}))],
    ['swap', (value) => swap(value, adapter)],
  ])('%s takes a model', (name, call) => {
    expect(() => call(any(undefined))).toThrow(rejected(`${name}: it ${aModel} undefined.`));
    expect(() => call(any(opened))).toThrow(rejected(`${name}: it ${aModel} a promise; await it.`));
    expect(() => call(any({ model }))).toThrow(
      rejected(`${aModel} an object with a model; pass its \`model\`.`),
    );
  });

  it.each<[string, () => unknown, string]>([
    ['requireSites', () => requireSites(any({})), 'it takes a host'],
    ['chooseSites', () => chooseSites(any(null), '1'), "it takes a host's `located`"],
    ['chooseSites', () => chooseSites(any({ sites: [] }), any(1)), "'text' is text and was passed"],
    ['labelWeights', () => labelWeights([1], any(undefined)), "'labels' is a list"],
    ['parseInit', () => parseInit(any(undefined)), "'text' is text and was passed undefined"],
    ['pipParameters', () => pipParameters(any({})), "'levels' is a list and was passed undefined"],
    ['findModules', () => findModules(any({})), 'it takes a Map of tensors by name'],
    ['withNamedAverages', () => withNamedAverages(any({})), 'it takes a Map of tensors by name'],
  ])('%s says what it takes', (name, call, message) => {
    expect(call).toThrow(rejected(`${name}: ${message}`));
  });

  it('say what they take instead of tensors, networks and contents of files', () => {
    const tensors = initialWeights(nafnetParameters(config), 7);
    expect(() => convertPrecision(model, { to: any('float8') })).toThrow(
      rejected("convertPrecision: to: 'float8' is not one of float16, float32."),
    );
    expect(() => buildBackbone(any('nafnet-tiny'), 1)).toThrow(
      rejected(
        "buildBackbone: it takes a network such as `backbonePresets['nafnet-tiny']` and was passed a string.",
      ),
    );
    expect(() => buildBackbone(any({ family: 'nafnt', config }), 1)).toThrow(
      rejected("buildBackbone: family: 'nafnt' is not one of nafnet, restormer, promptir, unet."),
    );
    const aMap =
      "it takes a Map of tensors by name, such as a checkpoint's `tensors`, and was passed";
    expect(() => buildBackbone({ family: 'nafnet', config }, any({ tensors }))).toThrow(
      rejected(`buildBackbone: weights: ${aMap} another object.`),
    );
    expect(() => importAdapter(any(Promise.resolve(tensors)), any({}))).toThrow(
      rejected(`importAdapter: ${aMap} a promise; await it.`),
    );
    expect(() => importAdapter(tensors, any(undefined))).toThrow(
      rejected('importAdapter: options: it takes options such as'),
    );
    expect(() => detectBackbone(any(null))).toThrow(rejected(`detectBackbone: ${aMap} null.`));
    expect(() => decodeAdapter(any(undefined))).toThrow(
      rejected('decodeAdapter: it takes the contents of its files as { name, config, tensors }'),
    );
    expect(() => encodeAdapter(any([]))).toThrow(
      rejected('it takes an adapter and was passed a list'),
    );
  });
});
