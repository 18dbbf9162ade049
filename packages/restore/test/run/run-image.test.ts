import { imageOf } from '@pip-graft/imaging';
import { degradationTensor, restoreImage } from '@pip-graft/restore';
import { createSession } from '@pip-graft/runtime';
import { constant, halvingModel, node, picture, scalar, tinyModel } from '@pip-graft/test-utils';
import { describe, expect, test } from 'vitest';

/** output = input * strength + degradation[0, 1] */
const steered = tinyModel({
  nodes: [
    node('Mul', ['input', 'strength'], 'scaled'),
    node('Gather', ['degradation', 'one'], 'picked', { axis: { int: 1 } }),
    node('ReduceSum', ['picked'], 'sum', { keepdims: { int: 0 } }),
    node('Add', ['scaled', 'sum'], 'output'),
  ],
  inputs: [
    picture('input'),
    { name: 'degradation', dataType: 'float32', dims: ['n', 3] },
    scalar('strength'),
  ],
  outputs: [picture('output')],
  initializers: [
    { name: 'one', dataType: 'int64', dims: [1], data: new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]) },
  ],
});

const image = imageOf(
  3,
  2,
  Float32Array.from({ length: 18 }, (_, i) => i / 32),
);

describe('restoreImage', () => {
  test('feeds degradation and strength by name', async () => {
    const session = await createSession(steered);
    const restored = await restoreImage(session, image, {
      degradation: [0.5, 0.25, 0],
      strength: 0.5,
    });
    expect([...restored.data]).toEqual([...image.data].map((value) => value * 0.5 + 0.25));
    await session.release();
  });

  test("pads to the multiple and crops back; keeps the image's alpha and depth", async () => {
    // Fails on any size but multiples of 4: blocks of 4x4 are moved to channels and back.
    const model = tinyModel({
      nodes: [
        node('SpaceToDepth', ['input'], 'deep', { blocksize: { int: 4 } }),
        node('DepthToSpace', ['deep'], 'output', { blocksize: { int: 4 } }),
      ],
      inputs: [picture('input')],
      outputs: [picture('output')],
    });
    const session = await createSession(model);
    const alpha = Float32Array.from([0, 0.2, 0.4, 0.6, 0.8, 1]);
    const full = { ...image, alpha, bitDepth: 16 } as const;
    expect(await restoreImage(session, full, { sizeMultiple: 4 })).toEqual(full);
    await expect(restoreImage(session, full)).rejects.toMatchObject({ code: 'RUNTIME_FAILED' });
    await session.release();
  });

  test('clips values outside 0 to 1', async () => {
    const session = await createSession(steered);
    const bright = await restoreImage(session, image, { degradation: [0, 1, 0], strength: 1 });
    expect(Math.max(...bright.data)).toBe(1);
    const dark = await restoreImage(session, image, { degradation: [1, 0, 0], strength: -1 });
    expect(dark.data.every((value) => value === 0)).toBe(true);
    await session.release();
  });

  test('reports NaN as an error, not a black image', async () => {
    const model = tinyModel({
      nodes: [node('Log', ['input'], 'output')],
      inputs: [picture('input')],
      outputs: [picture('output')],
    });
    const session = await createSession(model, { label: 'log.onnx' });
    await expect(restoreImage(session, image)).rejects.toMatchObject({
      code: 'RUNTIME_FAILED',
      message: expect.stringMatching(/^log\.onnx: 1 of 18 output values are NaN or infinite/),
    });
    await session.release();
  });

  test('rejects a setting that the model does not have, and invalid weights', async () => {
    const session = await createSession(halvingModel());
    await expect(restoreImage(session, image, { strength: 0.5 })).rejects.toThrow(
      /no input 'strength'/,
    );
    await expect(restoreImage(session, image, { strength: Number.NaN })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'strength: NaN is not a finite number; pass one such as 0.5.',
    });
    await session.release();
    for (const row of [
      [1, -1],
      [Number.NaN, 1],
      [1 / 0, 0],
    ]) {
      expect(() => degradationTensor([row])).toThrow(
        expect.objectContaining({ code: 'INVALID_WEIGHTS' }),
      );
    }
  });

  test('rejects a model that is not image to image', async () => {
    const grey = { name: 'input', dataType: 'float32', dims: [1, 1, 'h', 'w'] } as const;
    const model = tinyModel({
      nodes: [node('Neg', ['input'], 'output')],
      inputs: [grey],
      outputs: [{ ...grey, name: 'output' }],
      initializers: [constant('unused', [1], [])],
    });
    const session = await createSession(model);
    await expect(restoreImage(session, image)).rejects.toMatchObject({
      code: 'UNSUPPORTED_LAYOUT',
      message: expect.stringContaining("its input 'input' has 1 channels"),
    });
    await session.release();
  });
});
