import { type Image, imageOf, planTiles, psnr } from '@pip-graft/imaging';
import {
  buildModel,
  bytesSource,
  convertPrecision,
  GraphBuilder,
  type Model,
  modelBytes,
  ops,
  readModel,
} from '@pip-graft/onnx-graft';
import { temporaryFolder } from '@pip-graft/onnx-graft/node';
import type { InitOptions, PlanOptions } from '@pip-graft/pip-core';
import {
  behindDoor,
  modelParts,
  type RawImage,
  Restorer,
  restoreImage,
  restoreTiled,
  settingsOf,
} from '@pip-graft/restore';
import { createSession } from '@pip-graft/runtime';
import { graftedFiles, tinyUnet } from '@pip-graft/test-utils';
import { Random } from '@pip-graft/weights';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runImage } from '../../src/run/run-image.ts';
import { openHalves, sharedPrompts } from '../../src/run/whole-prompts.ts';

const { onnx } = onnxProto;
const folder = await temporaryFolder();
afterAll(() => folder.remove());

/** Dark at the left, bright at the right: what tiles see of it differs. */
function slope(width: number, height: number): Image {
  const data = Float32Array.from({ length: 3 * width * height }, (_, at) => {
    const x = at % width;
    return Math.min(1, (x / width) ** 2 + 0.2 * Math.abs(Math.sin(0.9 * at)));
  });
  return imageOf(width, height, data);
}

/** The model with its image behind an If, whose bodies read it from outside. */
function behindIf(model: Model): Model {
  const proto = onnx.ModelProto.decode(modelBytes(model));
  const graph = proto.graph!;
  for (const node of graph.node!)
    node.input = node.input!.map((name) => (name === 'input' ? 'chosen' : name));
  const [image] = graph.input!;
  const body = {
    name: 'body',
    node: [{ opType: 'Identity', input: ['input'], output: ['same'] }],
    output: [{ ...image!, name: 'same' }],
  };
  const attribute = ['then_branch', 'else_branch'].map((name) => ({
    name,
    type: onnx.AttributeProto.AttributeType.GRAPH,
    g: body,
  }));
  graph.initializer!.push(
    onnx.TensorProto.create({ name: 'yes', dataType: 9, rawData: Uint8Array.of(1) }),
  );
  graph.node!.unshift(
    onnx.NodeProto.create({
      opType: 'If',
      name: 'choice',
      input: ['yes'],
      output: ['chosen'],
      attribute,
    }),
  );
  return readModel(bytesSource(onnx.ModelProto.encode(proto).finish(), 'behind-if'));
}

/** A U-Net that looks at single pixels: what its tiles see differently, they see through prompts. */
function pointwise(): Model {
  const g = new GraphBuilder({ opset: 18 });
  const random = new Random(5);
  const conv = (name: string, x: string, outputs: number, inputs: number) => {
    const data = Float32Array.from({ length: outputs * inputs }, () => random.uniform(-0.5, 0.5));
    const bytes = new Uint8Array(data.buffer);
    return ops.conv(g, x, g.tensor(`${name}.weight`, 'float32', [outputs, inputs, 1, 1], bytes));
  };
  const halved = (x: string) => {
    const window = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } };
    return g.node('AveragePool', [x], window)[0]!;
  };
  const repeated = (x: string) => {
    const how = { mode: { string: 'nearest' } };
    return g.node('Resize', [x, '', g.floats([1, 1, 2, 2])], how)[0]!;
  };
  const skip1 = ops.relu(g, conv('encoder1', 'input', 8, 3), { name: 'skip1' });
  const skip2 = ops.relu(g, conv('encoder2', halved(skip1), 16, 8), { name: 'skip2' });
  const bottom = repeated(conv('bottom', halved(skip2), 16, 16));
  const merged = ops.concat(g, [bottom, skip2], 1, { name: 'merge2' });
  const wide = repeated(conv('decoder2', merged, 8, 32));
  const last = ops.add(g, wide, skip1, { name: 'merge1' });
  const output = ops.add(g, conv('output', last, 3, 8), 'input');
  const image = { dataType: 'float32', dims: ['n', 3, 'h', 'w'] } as const;
  return buildModel({
    irVersion: 8,
    opset: 18,
    graphName: 'pointwise',
    producer: { name: 'test', version: '0' },
    ...g.fragment(),
    inputs: [{ ...image, name: 'input' }],
    outputs: [{ ...image, name: output }],
  });
}

async function opened(model: Model) {
  const settings = settingsOf(model);
  const { session, door } = await behindDoor(await createSession(model), settings);
  const parts = modelParts({
    graft: settings.graft,
    steering: settings.steering,
    door,
    withModel: (use) => use(model),
    load: (half) => createSession(half),
  })!;
  const release = async () => {
    await parts.release();
    await session.release();
  };
  return { session, parts, release, restore: settings.restore };
}

async function grafted(init: InitOptions, plan: PlanOptions = {}, host = tinyUnet()) {
  return (await graftedFiles(folder.path, { host, init, plan, trained: true })).model;
}

describe('the halves of a model are the model, for an image in one tile', () => {
  test.each([
    ['pip_cross', 'residual', 'required'],
    ['pip_cross_topm', 'replace', 'required'],
    ['promptir_gate', 'residual', 'optional'],
    ['promptir', 'replace', 'required'],
    ['convgate', 'residual', 'optional'],
  ] as const)('%s, %s, inputs %s', async (mode, attach, inputs) => {
    await same(await grafted({ mode, attach }, { inputs }));
  });

  test('with baked weights', async () => {
    await same(await grafted({ mode: 'convgate' }, { bake: { weights: { haze: 1 } } }), {});
  });

  test('with an image that only the bodies of an If read', async () => {
    const { mode, attach } = { mode: 'convgate', attach: 'residual' } as const;
    await same(await grafted({ mode, attach }, {}, behindIf(pointwise())));
  });

  test('in float16', async () => {
    const half = convertPrecision(await grafted({ mode: 'convgate' }));
    await same(readModel(bytesSource(modelBytes(half), 'half')), { degradation: [0, 1, 0] }, 2e-3);
  });

  async function same(
    model: Model,
    weights: { readonly degradation?: readonly number[] } = { degradation: [0, 1, 0] },
    most = 1e-4,
  ) {
    const { session, parts, restore, release } = await opened(model);
    const image = slope(52, 36);
    const options = { ...restore, ...weights };
    const whole = await restoreImage(session, image, options);
    const plan = planTiles(image, { tile: 64, overlap: 0, sizeMultiple: 4, tileStep: 4 });
    const halves = await openHalves(plan, parts);
    const shared = await sharedPrompts(image, plan, halves!, options);
    const made = await runImage(shared.session, image, options, shared.feeds(0, 0));
    await release();
    made.forEach((value, at) => {
      const expected = whole.data[at]!;
      expect(Math.abs(Math.min(1, Math.max(0, value)) - expected)).toBeLessThan(most);
    });
  }
});

describe('tiles of an image that changes from side to side', () => {
  let model: Model;
  beforeAll(async () => {
    model = await grafted({ mode: 'convgate', position: 'none' }, {}, pointwise());
  });
  const tiles = { tile: 128, overlap: 64, degradation: [0, 1, 0] };

  test('share its prompts: the result is that of the whole image', async () => {
    const { session, parts, restore, release } = await opened(model);
    const image = slope(250, 90);
    const whole = await restoreImage(session, image, { ...restore, ...tiles });
    const alone = await restoreTiled(session, image, { ...restore, ...tiles });
    const shared = await restoreTiled(session, image, { ...restore, ...tiles, parts });
    await release();
    expect(psnr(shared, whole)).toBeGreaterThan(psnr(alone, whole) + 15);
    expect(psnr(shared, whole)).toBeGreaterThan(60);
  });

  test('do so through Restorer', async () => {
    const image = slope(250, 90);
    await using restorer = await Restorer.open(modelBytes(model));
    const data = Uint8Array.from({ length: 3 * 250 * 90 }, (_, at) =>
      Math.round(255 * image.data[(at % 3) * 250 * 90 + Math.floor(at / 3)]!),
    );
    const pixels = { data, width: 250, height: 90, channels: 3 } as const;
    const of = async (tile: number) =>
      (await restorer.restore(pixels, { haze: 1 }, { tile })).toPixels();
    const [whole, tiled] = [await of(512), await of(128)];
    const levels = whole.map((value, at) => Math.abs(value - tiled[at]!));
    expect(Math.max(...levels)).toBeLessThanOrEqual(1);
  });

  test('report a look at each before the first', async () => {
    await using restorer = await Restorer.open(modelBytes(model));
    const data = new Uint8Array(3 * 250 * 90);
    const pixels: RawImage = { data, width: 250, height: 90, channels: 3 };
    const steps: string[] = [];
    await restorer.restore(
      pixels,
      { haze: 1 },
      {
        tile: 128,
        onProgress: ({ done, total, tile }) => steps.push(`${done}/${total} at ${tile?.x}`),
      },
    );
    expect(steps).toEqual([
      '1/6 at undefined',
      '2/6 at undefined',
      '3/6 at undefined',
      '4/6 at 0',
      '5/6 at 72',
      '6/6 at 144',
    ]);
  });

  test('find their own if they begin between two features', async () => {
    const { parts, release } = await opened(model);
    const plan = { width: 64, height: 64, columns: [0, 31], rows: [0] };
    expect(await openHalves(plan, parts)).toBeUndefined();
    await release();
  });
});

test('halves that did not fit into memory are loaded again', async () => {
  const model = await grafted({ mode: 'convgate' });
  const { graft, steering } = settingsOf(model);
  const loaded: string[] = [];
  const parts = modelParts({
    graft,
    steering,
    door: { input: 'input', output: 'output' },
    withModel: (use) => use(model),
    load: (half) => {
      loaded.push(half.graph.outputs[0]!.name);
      if (loaded.length === 2) return Promise.reject(new Error('out of memory'));
      return createSession(half);
    },
  })!;
  await expect(parts.halves()).rejects.toThrow('out of memory');
  const halves = await parts.halves();
  expect(await parts.halves()).toBe(halves);
  // Both halves once more, and not a third time.
  expect(loaded).toHaveLength(4);
  expect(loaded.slice(0, 2)).toEqual(loaded.slice(2));
  await parts.release();
});

test('a model without a graft has no parts', () => {
  const request = {
    graft: null,
    steering: [],
    door: { input: 'input', output: 'output' },
    withModel: () => Promise.reject(new Error('not opened')),
    load: () => Promise.reject(new Error('not loaded')),
  };
  expect(modelParts(request)).toBeUndefined();
});
