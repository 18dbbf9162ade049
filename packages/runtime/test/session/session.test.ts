import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { imageOf, imageTensor } from '@pip-graft/imaging';
import { exposeValues } from '@pip-graft/onnx-graft';
import { createSession, runModel, type SessionOptions } from '@pip-graft/runtime';
import { bytesOf, constant, halvingModel, node, picture, tinyModel } from '@pip-graft/test-utils';
import { float32Tensor, toFloat32 } from '@pip-graft/weights';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { numberBytes } from '../../../onnx-graft/src/number/number-bytes.ts';
import { loadRuntime } from '../../src/session/load-runtime.ts';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const image = imageTensor([imageOf(2, 1, Float32Array.from([0, 0.2, 0.4, 0.6, 0.8, 1]))]);

describe('createSession and runModel', () => {
  test.each(['path', 'bytes', 'model'])('opens a model from a %s', async (form) => {
    const path = join(folder, 'half.onnx');
    writeFileSync(path, bytesOf(halvingModel()));
    const input = { path, bytes: bytesOf(halvingModel()), model: halvingModel() }[form]!;
    const session = await createSession(input, { optimisation: 'basic', threads: 1 });
    expect(session).toMatchObject({
      device: 'cpu',
      optimisation: 'basic',
      inputs: [{ name: 'input', type: 'float32', dims: ['b', 3, 'h', 'w'] }],
      outputs: [{ name: 'output' }],
    });
    const { output } = await runModel(session, { input: image });
    expect(output).toEqual({ ...image, data: image.data.map((value) => value * 0.5) });
    await session.release();
  });

  test('leaves out outputs that are not tensors of numbers', async () => {
    const half = halvingModel();
    const model = tinyModel({
      nodes: [
        ...half.graph.nodes.map(({ inputs }) => node('Mul', inputs, 'output')),
        node('SequenceConstruct', ['output'], 'list'),
      ],
      inputs: [picture('input')],
      outputs: [picture('output')],
      initializers: [constant('half', [0.5], [])],
    });
    const session = await createSession(exposeValues(model, ['list']));
    expect(session.outputs.map(({ name }) => name)).toEqual(['output']);
    expect(Object.keys(await runModel(session, { input: image }))).toEqual(['output']);
    expect(await session.time({ input: image }, 2)).toHaveLength(2);
    await session.release();
  });

  test.each([
    [{}, { enableMemPattern: false, extra: {} }],
    [
      { withoutOptimisers: ['GeluFusionL1', 'GeluFusionL2'] },
      { extra: { optimization: { disable_specified_optimizers: 'GeluFusionL1;GeluFusionL2' } } },
    ],
  ])('passes %j to onnxruntime', async (options, settings) => {
    const create = vi.spyOn((await loadRuntime()).InferenceSession, 'create');
    const session = await createSession(halvingModel(), options);
    expect(create.mock.calls).toHaveLength(1);
    const [, given] = create.mock.calls[0] as unknown as [unknown, Record<string, unknown>];
    for (const [key, value] of Object.entries(settings)) expect(given[key]).toEqual(value);
    await session.release();
    create.mockRestore();
  });

  test('a disabled optimiser keeps the nodes that it would have fused', async () => {
    const path = join(folder, 'optimised.onnx');
    writeFileSync(path, bytesOf(geluModel()));
    const nodes = async (options: SessionOptions): Promise<number> => {
      const prefix = join(folder, `profile${options.withoutOptimisers?.length ?? 0}`);
      const session = await createSession(path, { ...options, profile: prefix });
      await runModel(session, { input: image });
      await session.release();
      const name = readdirSync(folder).find((each) => each.startsWith(basename(prefix)))!;
      const events = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { name: string }[];
      return events.filter((event) => event.name.endsWith('_kernel_time')).length;
    };
    const joined = await nodes({});
    expect(await nodes({ withoutOptimisers: ['GeluFusionL1', 'GeluFusionL2'] })).toBe(joined + 4);
  });

  test('converts float32 to and from a float16 model', async () => {
    const half = {
      name: 'half',
      dataType: 'float16',
      dims: [],
      data: numberBytes([0.5], 'float16'),
    } as const;
    const model = tinyModel({
      nodes: [node('Mul', ['input', 'half'], 'output')],
      inputs: [picture('input', 'float16')],
      outputs: [picture('output', 'float16')],
      initializers: [half],
    });
    const session = await createSession(model);
    const { output } = await runModel(session, { input: float32Tensor([1, 3, 1, 1], [1, 2, 3]) });
    expect(output!.type).toBe('float16');
    expect([...toFloat32(output!).data]).toEqual([0.5, 1, 1.5]);
    await session.release();
  });

  test('fetches choose outputs', async () => {
    const model = tinyModel({
      nodes: [node('Neg', ['input'], 'a'), node('Abs', ['input'], 'b')],
      inputs: [picture('input')],
      outputs: [picture('a'), picture('b')],
    });
    const session = await createSession(model);
    expect(Object.keys(await runModel(session, { input: image }, ['b']))).toEqual(['b']);
    await expect(runModel(session, { input: image }, ['c'])).rejects.toThrow(
      /no output 'c'; use one of 'a', 'b'/,
    );
    await session.release();
  });

  test('names wrong feeds before anything runs', async () => {
    const session = await createSession(halvingModel(), { label: 'half.onnx' });
    const refusal = (message: string) => ({ code: 'INVALID_ARGUMENT', message });
    await expect(runModel(session, {})).rejects.toMatchObject(
      refusal("half.onnx: input 'input' is missing; pass a tensor for it."),
    );
    await expect(runModel(session, { input: image, rain: image })).rejects.toMatchObject(
      refusal("half.onnx: no input 'rain'; use one of 'input'."),
    );
    await expect(
      runModel(session, { input: float32Tensor([1, 1, 1, 1], [0]) }),
    ).rejects.toMatchObject(
      refusal("half.onnx: input 'input' has shape [1, 1, 1, 1]; expected [b, 3, h, w]."),
    );
    const ints = { type: 'int32', dims: [1, 3, 1, 1], data: new Int32Array(3) } as const;
    await expect(runModel(session, { input: ints })).rejects.toMatchObject(
      refusal("half.onnx: input 'input' has type int32; expected float32."),
    );
    await session.release();
  });

  test('rejects what is not a model, options, a session or feeds', async () => {
    for (const model of [undefined, 5, {}, Promise.resolve('net.onnx')]) {
      await expect(createSession(model as never)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(
          /^createSession: it takes a path, a Uint8Array, or a model, .* and was passed/,
        ),
      });
    }
    await expect(createSession(halvingModel(), null as never)).rejects.toThrow(
      'createSession: options: it takes an object and was passed null.',
    );
    await expect(runModel(createSession(halvingModel()) as never, {})).rejects.toThrow(
      'runModel: it takes a session, which `createSession` returns, and was passed a promise',
    );
    const session = await createSession(halvingModel());
    await expect(runModel(session, undefined as never)).rejects.toThrow('runModel: feeds');
    await session.release();
  });

  test('fetches outputs with names that every object has', async () => {
    const model = tinyModel({
      nodes: [node('Relu', ['__proto__'], 'constructor'), node('Neg', ['__proto__'], 'toString')],
      inputs: [picture('__proto__')],
      outputs: [picture('constructor'), picture('toString')],
    });
    const session = await createSession(model);
    const feeds = Object.fromEntries([['__proto__', image]]);
    for (const name of ['constructor', 'toString']) {
      expect(Object.keys(await runModel(session, feeds, [name]))).toEqual([name]);
    }
    expect(Object.keys(await runModel(session, feeds)).sort()).toEqual(['constructor', 'toString']);
    await session.release();
  });

  test('rejects names of inputs and outputs that it can neither feed nor fetch', async () => {
    const text = Buffer.from(bytesOf(halvingModel())).toString('latin1');
    const named = (name: string) =>
      Buffer.from(text.replaceAll(name, `\xff${name.slice(1)}`), 'latin1');
    for (const [name, shown] of [
      ['input', "input '\udcffnput'"],
      ['output', "output '\udcffutput'"],
    ]) {
      await expect(createSession(named(name!))).rejects.toMatchObject({
        code: 'UNSUPPORTED_HOST',
        message: expect.stringContaining(`the name of its ${shown} has bytes that are not UTF-8`),
      });
    }
  });

  test('rejects a missing file and bytes that are not a model', async () => {
    await expect(createSession(join(folder, 'none.onnx'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(createSession(new Uint8Array())).rejects.toMatchObject({ code: 'NOT_ONNX' });
  });

  test("gives onnxruntime's reason for rejecting a model in one line", async () => {
    const model = tinyModel({
      nodes: [node('NoSuchOp', ['input'], 'output')],
      inputs: [picture('input')],
      outputs: [picture('output')],
    });
    const error = await createSession(model, { label: 'odd.onnx' }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'RUNTIME_FAILED' });
    expect((error as Error).message).toMatch(
      /^odd\.onnx: onnxruntime cannot load the model: .*NoSuchOp[^\n]*$/,
    );
  });

  test('reports a model that fails while running', async () => {
    const three = {
      name: 'three',
      dataType: 'float32',
      dims: [3],
      data: numberBytes([1, 2, 3], 'float32'),
    } as const;
    const model = tinyModel({
      nodes: [node('Add', ['input', 'three'], 'output')],
      inputs: [picture('input')],
      outputs: [picture('output')],
      initializers: [three],
    });
    const session = await createSession(model, { label: 'odd.onnx' });
    const error = await runModel(session, { input: image }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'RUNTIME_FAILED' });
    expect((error as Error).message).toMatch(
      /^odd\.onnx: onnxruntime failed to run the model: [^\n]*Add[^\n]*$/,
    );
    await session.release();
  });

  test('reports a missing device and why', async () => {
    for (const device of ['cuda', 'webgpu'] as const) {
      const outcome = await createSession(halvingModel(), { device }).then(
        (session) => session.release(),
        (error: unknown) => error,
      );
      // On a machine with the device the session is strict, hence valid.
      if (outcome !== undefined) {
        expect(outcome).toMatchObject({ code: 'DEVICE_UNAVAILABLE' });
        expect((outcome as Error).message).toMatch(
          new RegExp(`cannot run on ${device} on this machine: [A-Z]\\w+`),
        );
      }
    }
  });
});

/** x · (1 + erf(x / √2)) · 0.5, as exported without an operator of that name. */
function geluModel() {
  const number = (name: string, value: number) =>
    ({ name, dataType: 'float32', dims: [], data: numberBytes([value], 'float32') }) as const;
  return tinyModel({
    nodes: [
      node('Div', ['input', 'root'], 'scaled'),
      node('Erf', ['scaled'], 'erf'),
      node('Add', ['erf', 'one'], 'raised'),
      node('Mul', ['input', 'raised'], 'doubled'),
      node('Mul', ['doubled', 'half'], 'output'),
    ],
    inputs: [picture('input')],
    outputs: [picture('output')],
    initializers: [number('root', Math.SQRT2), number('one', 1), number('half', 0.5)],
  });
}
