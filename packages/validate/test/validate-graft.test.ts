import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyGraft, freshAdapter, hostOf, planGraft } from '@pip-graft/graft';
import { bytesSource, modelBytes, readModel } from '@pip-graft/onnx-graft';
import { saveModel } from '@pip-graft/onnx-graft/node';
import {
  type GraftedOptions,
  graftedFiles,
  tinyUnet,
  type Wrapper,
  wrappedUnet,
} from '@pip-graft/test-utils';
import { type ValidateOptions, type Validation, validateGraft } from '@pip-graft/validate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkNames } from '../src/validate-graft.ts';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
const before = process.env['TMPDIR'];
// Validation writes its temporary files here, so that leftovers show.
beforeAll(() => {
  mkdirSync(join(folder, 'tmp'));
  process.env['TMPDIR'] = join(folder, 'tmp');
});
afterAll(() => {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  rmSync(folder, { recursive: true });
});

/** The checks that run on the CPU on a graft without a sensor, by default. */
const standard = checkNames.filter(
  (name) => !['ran on the device', 'tiles', 'layers', 'largest image', 'sensor'].includes(name),
);

const quick = { sizeMultiple: 4, threads: 1, timing: { side: 32, warmUp: 0, repeats: 1 } };

async function validated(
  options: GraftedOptions = {},
  more: Partial<ValidateOptions> = {},
): Promise<Validation> {
  const { base, grafted } = await graftedFiles(folder, options);
  return validateGraft({ base, grafted, ...quick, ...more });
}

const statuses = ({ checks }: Validation) =>
  Object.fromEntries(checks.map(({ name, status }) => [name, status]));
const verdict = ({ checks }: Validation, name: string) =>
  checks.find((check) => check.name === name)!;

describe('valid grafts pass', () => {
  const wrapped = async (wrapper: Wrapper): Promise<Validation> => {
    const host = hostOf(wrappedUnet(wrapper));
    const grafted = join(folder, 'wrapped.onnx');
    await saveModel(applyGraft(planGraft(host, freshAdapter(host))), grafted);
    return validateGraft({ grafted, ...quick });
  };

  test('on a host that mirrors more of its image than small ones have', async () => {
    const result = await wrapped({ mirrored: 20 });
    expect(result.checks.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(verdict(result, 'sizes and batches').detail).toContain('1x32x32');
  });

  test('on a host with a skip feature whose name is not UTF-8', async () => {
    const plain = wrappedUnet();
    const skip = hostOf(plain).located.sites[0]!.value;
    const text = Buffer.from(modelBytes(plain)).toString('latin1');
    const bytes = Buffer.from(text.replaceAll(skip, `\xff${skip.slice(1)}`), 'latin1');
    const host = hostOf(readModel(bytesSource(bytes)));
    expect(host.located.sites[0]?.value).toBe(`\udcff${skip.slice(1)}`);
    const grafted = join(folder, 'latin.onnx');
    await saveModel(applyGraft(planGraft(host, freshAdapter(host))), grafted);
    const result = await validateGraft({ grafted, ...quick, layers: true });
    expect(result.checks.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(verdict(result, 'upstream tensors').status).toBe('passed');
    expect(verdict(result, 'layers')).toMatchObject({
      status: 'skipped',
      detail: expect.stringContaining('not UTF-8'),
    });
  });

  test('on a host that itself mixes the images of a batch', async () => {
    expect(verdict(await wrapped({ isMixing: true }), 'batch rows')).toMatchObject({
      status: 'skipped',
      detail: expect.stringMatching(/^The host itself mixes the images of a batch, .* by [1-9]/),
    });
  });

  test('untrained, residual: neutral, though every label has its own prompt inside', async () => {
    const result = await validated();
    expect(statuses(result)).toEqual(Object.fromEntries(standard.map((name) => [name, 'passed'])));
    expect(result.status).toBe('passed');
    expect(verdict(result, 'labels steer').detail).toContain('the gate is closed');
    expect(verdict(result, 'strength 0, as written')).toMatchObject({ measured: 0, limit: 0 });
    expect(verdict(result, 'mixture of labels').measured).toBeLessThan(1e-6);
    expect(verdict(result, 'sizes and batches').detail).toContain(
      '1x32x32, 2x32x32, 1x36x32, 2x36x32, 1x32x44, 2x32x44',
    );
    expect(result.figures.latency).toMatchObject({
      width: 32,
      height: 32,
      host: { runs: [expect.any(Number)] },
    });
    // The runtime alone takes tens of megabytes; the model and its image some hundred kilobytes.
    expect(result.figures.memory!.host).toBeGreaterThan(1e5);
    expect(result.figures.memory!.grafted).toBeLessThan(4e8);
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    // `graft validate --json` prints it: nothing is lost in JSON.
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test('trained: the labels affect the output', async () => {
    const result = await validated({ trained: true });
    expect(result.status).toBe('passed');
    expect(statuses(result)['untrained is neutral']).toBe('skipped');
    expect(verdict(result, 'labels steer').detail).toContain('in the output');
  });

  test('attached as a replacement, with the host taken from the file itself', async () => {
    const { grafted } = await graftedFiles(folder, { init: { attach: 'replace' } });
    const result = await validateGraft({ grafted, ...quick });
    expect(result.status).toBe('passed');
    expect(statuses(result)).toMatchObject({
      'untrained is neutral': 'skipped',
      removal: 'passed',
      memory: 'passed',
    });
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  });

  test('baked: skips checks that need steering and says why', async () => {
    const result = await validated({ trained: true, plan: { bake: { weights: { rain: 1 } } } });
    const { checks } = result;
    const open = checks.filter((check) => check.status === 'skipped').map((check) => check.name);
    expect(open).toEqual([
      'strength 0, optimised',
      'strength 0, as written',
      'untrained is neutral',
      'labels and strengths',
      'labels steer',
      'mixture of labels',
    ]);
    expect(verdict(result, 'mixture of labels').detail).toBe('The degradation is baked in.');
    expect(result.status).toBe('passed');
  });

  test('a float16 host', async () => {
    const result = await validated({ host: tinyUnet('float16') });
    expect(result.checks.filter((check) => check.status !== 'passed')).toEqual([]);
  });

  test('a fixed-size host', async () => {
    const result = await validated({ host: tinyUnet('float32', 40) });
    expect(result.status).toBe('passed');
    expect(verdict(result, 'sizes and batches').detail).toContain('of 2 tried (1x40x40, 2x40x40)');
  });
});

describe('invalid grafts fail the matching check', () => {
  const only = (...names: string[]) => ({ only: names });

  test('two labels with the same prompt', async () => {
    const same = (name: string, tensor: { dims: readonly number[]; data: Float32Array }) =>
      name.endsWith('detask_prompt_param')
        ? { ...tensor, data: tensor.data.map((_, i) => i % 8) }
        : tensor;
    const result = await validated({ spoil: same }, only('labels steer'));
    expect(result).toMatchObject({ status: 'failed', checks: [{ measured: 0, limit: '> 0' }] });
  });

  test('an overflow behind a closed gate: found inside and at strength 0', async () => {
    interface Numbers {
      readonly dims: readonly number[];
      readonly data: Float32Array;
    }
    const scaled = (tensor: Numbers, factor: number) => ({
      ...tensor,
      data: tensor.data.map((value) => value * factor),
    });
    // The basic prompt at the authors' initial size: a small one does not overflow.
    const huge = (name: string, tensor: Numbers) =>
      scaled(
        tensor,
        name.endsWith('outconv.weight') ? 3e38 : name.endsWith('low_prompt_param') ? 50 : 1,
      );
    const result = await validated(
      { spoil: huge },
      only('finite numbers', 'strength 0, as written'),
    );
    expect(statuses(result)).toEqual({
      'finite numbers': 'failed',
      'strength 0, as written': 'failed',
    });
    expect(verdict(result, 'strength 0, as written').measured).toBe('NaN');
    expect(verdict(result, 'finite numbers').measured).toBeGreaterThan(0);
    expect(verdict(result, 'finite numbers').detail).toMatch(
      /Found in .*pip\/level2\/universal_prompt\/\S+ on a natural image/,
    );
  });

  test('a host weight that changed after grafting', async () => {
    const { base, grafted } = await graftedFiles(folder);
    change(grafted, 'encoder1.weight', (bytes, at) => bytes.writeFloatLE(9, at + 64));
    const result = await validateGraft({
      base,
      grafted,
      ...quick,
      ...only(
        'upstream tensors',
        'strength 0, as written',
        'untrained is neutral',
        'planned records only',
        'removal',
      ),
    });
    expect(statuses(result)).toEqual({
      'strength 0, as written': 'failed',
      'untrained is neutral': 'failed',
      'upstream tensors': 'failed',
      'planned records only': 'failed',
      removal: 'failed',
    });
    expect(verdict(result, 'planned records only')).toMatchObject({
      measured: 1,
      detail: expect.stringContaining("Unplanned: initializers 'encoder1.weight' changed (data)."),
    });
    expect(verdict(result, 'upstream tensors')).toMatchObject({
      measured: 2,
      detail: expect.stringContaining('skip1'),
    });
  });

  test('a host node with another operator', async () => {
    const { base, grafted } = await graftedFiles(folder);
    // The node's name, then its operator as encoded by protobuf: field 4, four bytes.
    change(grafted, 'skip2"\u0004Relu', (bytes, at) => bytes.write('Tanh', at + 7));
    const result = await validateGraft({
      base,
      grafted,
      ...quick,
      ...only('planned records only'),
    });
    expect(result.checks[0]).toMatchObject({ status: 'failed', measured: 1 });
    expect(result.checks[0]!.detail).toMatch(/nodes '\S+' changed \(operator Relu → Tanh\)/);
  });

  test('another base', async () => {
    const { grafted } = await graftedFiles(folder);
    const other = join(folder, 'other.onnx');
    writeFileSync(other, readFileSync(join(folder, 'host.onnx')));
    change(other, 'output.weight', (bytes, at) => bytes.writeFloatLE(9, at + 64));
    const result = await validateGraft({ base: other, grafted, ...quick, ...only('removal') });
    expect(result.checks[0]).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('the base is a different file'),
    });
  });

  test('a file that onnxruntime rejects: one failure, and the rest is skipped', async () => {
    const { base, grafted } = await graftedFiles(folder);
    change(grafted, 'Sigmoid', (bytes, at) => bytes.write('Sigmoix', at));
    const result = await validateGraft({ base, grafted, ...quick });
    expect(result.status).toBe('failed');
    expect(verdict(result, 'loads')).toMatchObject({
      status: 'failed',
      detail: expect.stringMatching(/Sigmoix[^\n]*$/),
    });
    const rest = result.checks.slice(1);
    expect(rest).toHaveLength(standard.length - 1);
    expect(
      rest.every(
        ({ status, detail }) => status === 'skipped' && detail === 'The model does not load.',
      ),
    ).toBe(true);
  });

  test('exceeded budgets', async () => {
    const result = await validated(
      {},
      { ...only('latency', 'memory'), budget: { overhead: 1e-9, memory: 1e-9 } },
    );
    expect(statuses(result)).toEqual({ latency: 'failed', memory: 'failed' });
  });
});

describe('requests that validation cannot fulfil', () => {
  test('skips a missing device, never passes it', async () => {
    const result = await validated({}, { device: 'cuda' });
    if (result.status !== 'passed') {
      expect(result).toMatchObject({
        status: 'skipped',
        checks: [{ name: 'loads', status: 'skipped' }],
      });
      expect(result.checks[0]!.detail).toContain('cannot run on cuda on this machine');
    }
  });

  test('rejects a file without a graft, a missing file and an unknown check', async () => {
    const { base } = await graftedFiles(folder);
    await expect(validateGraft({ grafted: base })).rejects.toMatchObject({ code: 'NOT_GRAFTED' });
    await expect(validateGraft({ grafted: join(folder, 'none.onnx') })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(validateGraft({ grafted: base, only: ['luck'] })).rejects.toThrow(
      /luck.: not known; use one of loads/,
    );
  });

  test('reports progress check by check', async () => {
    const told: string[] = [];
    const { base, grafted } = await graftedFiles(folder);
    await validateGraft({
      base,
      grafted,
      ...quick,
      only: ['loads', 'removal'],
      onCheck: ({ name }, done, total) => told.push(`${name} ${done}/${total}`),
    });
    expect(told).toEqual(['loads 1/2', 'removal 2/2']);
  });
});

/** Overwrites bytes of a file at the last occurrence of a text. */
function change(path: string, text: string, edit: (bytes: Buffer, at: number) => void): void {
  const bytes = readFileSync(path);
  const at = bytes.lastIndexOf(text);
  expect(at).toBeGreaterThan(0);
  edit(bytes, at);
  writeFileSync(path, bytes);
}
