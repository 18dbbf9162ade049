import { applyGraft, hostOf, planGraft } from '@pip-graft/graft';
import { imageOf } from '@pip-graft/imaging';
import type { Model } from '@pip-graft/onnx-graft';
import { initAdapter } from '@pip-graft/pip-core';
import { openDoor, Restorer, restoreImage, settingsOf } from '@pip-graft/restore';
import { createSession } from '@pip-graft/runtime';
import {
  bytesOf,
  node,
  picture,
  tinyModel,
  type Wrapper,
  wrappedUnet,
} from '@pip-graft/test-utils';
import { beforeAll, describe, expect, test } from 'vitest';

const side = 16;
const image = imageOf(
  side,
  side,
  Float32Array.from(
    { length: 3 * side * side },
    (_, at) => 0.2 + 0.6 * Math.abs(Math.sin(at / 37)),
  ),
);
let plain: Float32Array;

beforeAll(async () => {
  const session = await createSession(wrappedUnet());
  plain = (await restoreImage(session, image)).data;
  await session.release();
});

async function restored(model: Model, options = {}): Promise<Float32Array> {
  const restorer = await Restorer.open(bytesOf(model), options);
  const result = await restorer.restore({ ...image });
  await restorer.close();
  return result.image.data;
}

function worst(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
}

const wrappers: readonly [string, Wrapper, number, object?][] = [
  ['0 to 255', { range: '0..255' }, 1e-5],
  ['-1 to 1', { range: '-1..1' }, 1e-5],
  ['0 to 1023', { range: '0..1023' }, 1e-5],
  ['0 to 65535', { range: '0..65535' }, 1e-5],
  ['BGR', { range: '0..255', isBgr: true }, 1e-5],
  ['BGR by a step of -1', { range: '0..255', isBgr: true, flipBy: 'slice' }, 1e-5],
  ['BGR by splitting', { range: '0..255', isBgr: true, flipBy: 'split' }, 1e-5],
  [
    'BGR by slices of bytes with channels last',
    { range: '0..255', isBgr: true, flipBy: 'slices', dataType: 'uint8', layout: 'NHWC' },
    2 / 255,
  ],
  ['channels last at the output alone', { outputLayout: 'NHWC' }, 1e-5],
  ['bytes', { range: '0..255', dataType: 'uint8' }, 2 / 255],
  ['bytes with channels last', { range: '0..255', dataType: 'uint8', layout: 'NHWC' }, 2 / 255],
  ['channels last', { layout: 'NHWC' }, 1e-5],
  ['a batch of 2', { batch: 2 }, 1e-5],
  ['a small output first', { smallFirst: true }, 1e-5],
  ['the input again first', { first: 'copy' }, 1e-5],
  ['what was added first', { first: 'residual' }, 1e-5],
  ['the difference first', { first: 'difference' }, 1e-5],
  ['edges first', { first: 'edges' }, 1e-5],
  ['features first', { first: 'features' }, 1e-5],
  ['a noise level', { sigma: [1, 1, 1, 1] }, 1e-5, { feeds: { sigma: 1 } }],
  ['a noise map of three channels', { sigma: ['n', 3, 'h', 'w'] }, 1e-5, { feeds: { sigma: 1 } }],
  ['a noise map', { sigma: ['n', 1, 'h', 'w'] }, 1e-5, { feeds: { sigma: 1 } }],
];

describe('a wrapped network restores like the plain network', () => {
  test.each(wrappers)('%s', async (_, wrapper, tolerance, options) => {
    expect(worst(await restored(wrappedUnet(wrapper), options), plain)).toBeLessThan(tolerance);
  });
});

describe('a wrapped network has the sites of the plain network', () => {
  test.each(wrappers)('%s', (_, wrapper) => {
    const { sites } = hostOf(wrappedUnet(wrapper)).located;
    expect(sites.map(({ level, channels, scale }) => [level, channels, scale])).toEqual([
      [1, 8, 1],
    ]);
  });
});

test.each<[string, Wrapper]>([
  ['with the range unknown', {}],
  ['in the range that the graph shows', { range: '0..255' }],
])('rejects the residual alone, %s, and names the option that overrides it', async (_, wrapper) => {
  await expect(restored(wrappedUnet({ ...wrapper, isResidual: true }))).rejects.toThrow(
    /residual alone.*; pass range: '0\.\.1', '0\.\.255' or '-1\.\.1' \(--range on the command line\)/,
  );
});

test('asks for an input besides the image, and names those that can be fed', async () => {
  await expect(restored(wrappedUnet({ sigma: [1] }))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message:
      "model: it also takes an input 'sigma' [1]; pass feeds: { 'sigma': NUMBER } (--feed sigma=NUMBER on the command line).",
  });
  await expect(
    restored(wrappedUnet({ sigma: [1] }), { feeds: { sigma: 1, noise: 2 } }),
  ).rejects.toThrow("model: no input 'noise' to feed; use one of 'sigma', 'input'.");
  for (const sigma of [Number.NaN, Number.POSITIVE_INFINITY, 'x' as unknown as number]) {
    await expect(restored(wrappedUnet({ sigma: [1] }), { feeds: { sigma } })).rejects.toThrow(
      `model: '${sigma}' for input 'sigma' is not a finite number; pass one such as 25.`,
    );
  }
  await expect(restored(wrappedUnet({ sigma: [1] }), { feeds: { sigma: 1e99 } })).rejects.toThrow(
    "model: 1e+99 for its input 'sigma': float32 holds ",
  );
});

test.each([
  [1, 4],
  [2, 5],
])('asks for the value of %i channels besides red, green and blue', async (extra, channels) => {
  const model = wrappedUnet({ extra });
  const lack = `its image 'input' has ${channels} channels; pass the value of those after red, green and blue, as \`feeds\` or with --feed input=NUMBER.`;
  await expect(restored(model)).rejects.toThrow(lack);
  const { located } = hostOf(model);
  expect(located.warnings).toEqual([lack]);
  // The wrapper adds what these channels hold.
  const shifted = plain.map((value) => value + 0.01 * extra);
  expect(worst(await restored(model, { feeds: { input: 0.01 } }), shifted)).toBeLessThan(1e-5);
});

test('rejects channels that no image can fill, whatever is passed for them', async () => {
  const why = "its input 'input' has 9 channels, which no image can fill";
  await expect(restored(wrappedUnet({ extra: 6 }))).rejects.toThrow(why);
  await expect(restored(wrappedUnet({ extra: 6 }), { range: '0..1' })).rejects.toThrow(why);
  await expect(restored(wrappedUnet({ extra: 6 }), { feeds: { input: 1 } })).rejects.toThrow(why);
});

test.each(['bool', 'int8', 'uint16'] as const)('feeds an input of %s', async (dataType) => {
  const value = { dataType: 'float32', dims: ['n', 3, 'h', 'w'] } as const;
  const model = tinyModel({
    nodes: [
      node('Cast', ['choice'], 'number', { to: { int: 1 } }),
      node('Mul', ['input', 'number'], 'result'),
    ],
    inputs: [
      { ...value, name: 'input' },
      { name: 'choice', dataType, dims: [1] },
    ],
    outputs: [{ ...value, name: 'result' }],
  });
  expect(worst(await restored(model, { feeds: { choice: 1 } }), image.data)).toBeLessThan(1e-6);
  const dark = await restored(model, { feeds: { choice: 0 }, range: '0..1' });
  expect(Math.max(...dark)).toBe(0);
});

test.each<[[number, number], string]>([
  [[0, 100], 'divides the image by 100, so it takes values of 0 to 100'],
  [[0, 2], 'divides the image by 2, so it takes values of 0 to 2'],
  [[0, 4095], 'divides the image by 4095, so it takes values of 0 to 4095'],
  [[-0.5, 0.5], 'adds 0.5 to the image, so it takes values of -0.5 to 0.5'],
  [[-128, 127], 'adds 128 to the image and divides it by 255, so it takes values of -128 to 127'],
])('rejects values of %j, which the graph shows and no range has', async (limits, found) => {
  const model = wrappedUnet({ limits });
  const why = `its graph ${found}, which is not supported; export it without that`;
  await expect(restored(model)).rejects.toThrow(why);
  await expect(restored(model, { range: '0..255' })).resolves.toHaveLength(3 * side * side);
  const host = hostOf(model);
  expect(host.located.warnings).toEqual([expect.stringContaining(why)]);
  const adapter = initAdapter({ family: 'unet', sites: host.located.sites }, { labels: ['rain'] });
  expect(() => planGraft(host, adapter)).toThrow(why);
});

test('rejects two inputs of which either may be the image', async () => {
  const value = (name: string) =>
    ({ name, dataType: 'float32', dims: ['n', 3, 'h', 'w'] }) as const;
  const model = tinyModel({
    nodes: [node('Mul', ['first', 'second'], 'result')],
    inputs: [value('first'), value('second')],
    outputs: [value('result')],
  });
  const why = "nothing shows which of its inputs 'first' and 'second' is the image to restore";
  await expect(restored(model)).rejects.toThrow(why);
  expect(hostOf(model).located.warnings).toEqual([expect.stringContaining(why)]);
});

test('names the output that is no image, and those that are none either', async () => {
  const model = wrappedUnet({ isResidual: true, first: 'edges' });
  const [edges, image] = model.graph.outputs.map(({ name }) => `'${name}'`);
  await expect(restored(model)).rejects.toThrow(
    `the range of its output ${edges} is unknown: it looks like the residual alone`,
  );
  await expect(restored(model)).rejects.toThrow(`(nor is one of ${image} an image)`);
});

test('restores a graft on a model whose first output is no image', async () => {
  const host = hostOf(wrappedUnet({ first: 'edges' }));
  const adapter = initAdapter({ family: 'unet', sites: host.located.sites }, { labels: ['rain'] });
  // A new adapter changes nothing.
  expect(worst(await restored(applyGraft(planGraft(host, adapter))), plain)).toBeLessThan(1e-5);
});

test('takes an output that only its declared shape shows to be an image', async () => {
  const model = wrappedUnet({ dataType: 'uint8', layout: 'NHWC', range: '0..255' });
  const session = await createSession(model);
  const door = { input: 'input', output: null, layout: 'NHWC' } as const;
  const opened = await openDoor(session, door);
  expect(opened.door.output).toBe(model.graph.outputs[0]!.name);
  const made = await restoreImage(opened.session, image);
  expect(worst(made.data, plain)).toBeLessThan(3 / 255);
  await session.release();
});

test('pads for a graph that does not show what makes its output', () => {
  const known = tinyModel({
    nodes: [node('Relu', ['input'], 'output')],
    inputs: [picture('input')],
    outputs: [picture('output')],
  });
  const unknown = tinyModel({
    nodes: [{ ...node('Mystery', ['input'], 'output'), domain: 'mine' }],
    inputs: [picture('input')],
    outputs: [picture('output')],
  });
  expect(settingsOf(known).restore.sizeMultiple).toBe(1);
  expect(settingsOf(unknown).restore.sizeMultiple).toBe(64);
});

test('rejects a batch of no images', async () => {
  await expect(restored(wrappedUnet({ batch: 0 }))).rejects.toThrow(
    /'input' has the shape \[0, 3, h, w\], and a size of 0 takes no image/,
  );
});

test.each(['gather', 'slice', 'split', 'slices'] as const)(
  'recognises BGR order made by %s',
  (flipBy) => {
    const { image } = hostOf(wrappedUnet({ isBgr: true, flipBy, range: '0..255' })).located;
    expect(image?.values.input.order).toBe('bgr');
  },
);

test('asks for an input besides the image when planning a graft, and records its value', () => {
  const host = hostOf(wrappedUnet({ sigma: [1] }));
  const adapter = initAdapter({ family: 'unet', sites: host.located.sites }, { labels: ['rain'] });
  expect(() => planGraft(host, adapter)).toThrow(
    /input 'sigma'; pass its value, as `feeds` or with --feed sigma=/,
  );
  const plan = planGraft(host, adapter, { feeds: { sigma: 25 } });
  expect(plan.summary.host.image?.feeds).toEqual({ sigma: 25 });
});

test('puts the range and channel order of the graph into the stamp', () => {
  const host = hostOf(wrappedUnet({ range: '0..255', isBgr: true }));
  const adapter = initAdapter({ family: 'unet', sites: host.located.sites }, { labels: ['rain'] });
  const bytes = { range: '0..255', order: 'bgr' };
  expect(planGraft(host, adapter).summary.host.image?.values).toEqual({
    input: bytes,
    output: bytes,
  });
});
