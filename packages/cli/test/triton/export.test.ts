import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatConfig } from '../../src/commands/export-triton.ts';
import { graft, json } from '../graft.ts';
import { readConfig } from './config.ts';

let folder = '';
const at = (...parts: string[]) => join(folder, ...parts);
const configOf = (name: string, models = 'models') =>
  readConfig(readFileSync(at(models, name, 'config.pbtxt'), 'utf8'));
const call = (line: string) => json(folder, ...line.split(' '));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-triton-'));
  call('backbone build nafnet --dim 8 --blocks 1,1 -o net.onnx');
  call('apply net.onnx --adapter init:labels=rain+haze,attach=replace -o grafted.onnx');
  call('apply net.onnx --adapter init:labels=rain+haze --inputs optional -o optional.onnx');
});
afterAll(() => rmSync(folder, { recursive: true }));

const graftedConfig = {
  backend: 'onnxruntime',
  default_model_filename: 'model.onnx',
  max_batch_size: 8,
  input: [
    { name: 'input', data_type: 'TYPE_FP32', dims: [3, -1, -1] },
    { name: 'degradation', data_type: 'TYPE_FP32', dims: [2] },
  ],
  output: [{ name: 'output', data_type: 'TYPE_FP32', dims: [3, -1, -1] }],
  dynamic_batching: {},
  parameters: { size_multiple: { string_value: '1' }, labels: { string_value: 'rain,haze' } },
};

describe('graft export triton', () => {
  it.each(['grafted', 'optional'])('%s: writes a config by the published schema', (name) => {
    call(`export triton ${name}.onnx -o models`);
    expect(configOf(name)).toEqual({ name, ...graftedConfig });
  });

  it('the model takes one row of weights per image and requires only the inputs in the config', async () => {
    const session = await ort.InferenceSession.create(at('models/grafted/1/model.onnx'));
    const other = await ort.InferenceSession.create(at('models/optional/1/model.onnx'));
    // As Triton counts them: inputs with a default are not required.
    const required = (one: ort.InferenceSession) =>
      one.inputNames.filter((name) => name !== 'strength');
    expect(required(session)).toEqual(['input', 'degradation']);
    expect(required(other)).toEqual(['input', 'degradation']);
    const pixels = Float32Array.from({ length: 2 * 3 * 8 * 8 }, (_, index) => (index % 97) / 97);
    const run = async (images: Float32Array, rows: number[]) => {
      const count = images.length / 192;
      const { output } = await session.run({
        input: new ort.Tensor('float32', images, [count, 3, 8, 8]),
        degradation: new ort.Tensor('float32', Float32Array.from(rows), [count, 2]),
      });
      return [...(output!.data as Float32Array)];
    };
    const both = await run(pixels, [1, 0, 0, 1]);
    const first = await run(pixels.slice(0, 192), [1, 0]);
    const second = await run(pixels.slice(192), [0, 1]);
    const gap = Math.max(
      ...both.map((value, index) => Math.abs(value - [...first, ...second][index]!)),
    );
    expect(gap).toBeLessThan(1e-5);
    const swapped = await run(pixels.slice(0, 192), [0, 1]);
    expect(
      Math.max(...swapped.map((value, index) => Math.abs(value - first[index]!))),
    ).toBeGreaterThan(1e-4);
  });

  it('exports a model without a graft, and one with a fixed batch', () => {
    call('export triton net.onnx -o models --name plain --max-batch 4');
    expect(configOf('plain')).toMatchObject({
      max_batch_size: 4,
      input: [{ name: 'input', dims: [3, -1, -1] }],
      parameters: { size_multiple: { string_value: '1' } },
    });
    call('export triton grafted.onnx -o models --name single --max-batch 0');
    const single = configOf('single');
    expect(single).not.toHaveProperty('dynamic_batching');
    expect(single).toMatchObject({
      input: [
        { name: 'input', dims: [-1, 3, -1, -1] },
        { name: 'degradation', dims: [-1, 2] },
      ],
    });
  });

  it.each([
    ['@me/derain', 'derain'],
    ['node_modules/@me/derain/model.onnx', 'model'],
  ])('names the model of %s %s', (model, name) => {
    const installed = at('node_modules/@me/derain');
    mkdirSync(installed, { recursive: true });
    writeFileSync(join(installed, 'package.json'), '{ "name": "@me/derain", "version": "1.0.0" }');
    writeFileSync(join(installed, 'model.onnx'), readFileSync(at('net.onnx')));
    json(folder, 'export', 'triton', model, '-o', 'named');
    expect(configOf(name, 'named')).toMatchObject({ name });
  });

  it('graft restore still works with the exported model', () => {
    const image = fileURLToPath(new URL('../../../../assets/chelsea.jpg', import.meta.url));
    const model = 'models/grafted/1/model.onnx';
    json(folder, 'restore', model, image, '-o', 'out', '--degradation', 'rain');
    json(folder, 'restore', 'grafted.onnx', image, '-o', 'before', '--degradation', 'rain');
    const bytes = (name: string) => readFileSync(at(name, 'chelsea.jpg'), 'base64');
    expect(bytes('out')).toBe(bytes('before'));
  });

  it('is repeated over its own files, and over others only with --force', () => {
    const again = 'export triton grafted.onnx -o models --name again'.split(' ');
    const config = at('models/again/config.pbtxt');
    for (const args of [again, again]) json(folder, ...args);
    const refused = expect.stringMatching(
      /a file that is not of an export like this one is there; choose another name, or --force/,
    );
    const own = readFileSync(config, 'utf8');
    writeFileSync(config, `${own}instance_group { kind: KIND_GPU }\n`);
    expect(graft(folder, ...again)).toMatchObject({ status: 7, stderr: refused });
    expect(readFileSync(config, 'utf8')).toContain('KIND_GPU');
    json(folder, ...again, '--force');
    expect(readFileSync(config, 'utf8')).toBe(own);
    // Triton takes a model without a configuration, too.
    rmSync(config);
    expect(graft(folder, ...again)).toMatchObject({ status: 7, stderr: refused });
    expect(existsSync(config)).toBe(false);
    // As a killed export leaves it.
    writeFileSync(config, own);
    rmSync(at('models/again/1/model.onnx'));
    json(folder, ...again);
  });

  it('leaves nothing on a full disk', (context) => {
    mkdirSync(at('small'));
    try {
      const size = ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at('small')];
      execFileSync('mount', size, { stdio: 'ignore' });
    } catch {
      return context.skip('no small file system can be mounted here (it takes the superuser)');
    }
    try {
      const ended = graft(folder, 'export', 'triton', 'grafted.onnx', '-o', 'small');
      expect(ended).toMatchObject({ status: 7, stderr: expect.stringContaining('disk is full') });
      expect(readdirSync(at('small/grafted'))).toEqual([]);
    } finally {
      execFileSync('umount', [at('small')]);
    }
  });

  it('rejects harmful arguments in one line', () => {
    mkdirSync(at('models/mine'), { recursive: true });
    writeFileSync(at('models/mine/notes.txt'), '');
    const cases: [string[], number, string][] = [
      [['--name', '../up'], 2, "--name '../up': not a name for a model"],
      [['--name', 'mine'], 7, "it holds 'notes.txt', which no export wrote"],
      [['--max-batch', '-1'], 2, 'expected a whole number from 0 to 65536.'],
    ];
    for (const [more, status, line] of cases) {
      const ended = graft(folder, 'export', 'triton', 'grafted.onnx', '-o', 'models', ...more);
      expect(ended).toMatchObject({ status, stderr: expect.stringContaining(line) });
    }
    expect(existsSync(at('up'))).toBe(false);
  });
});

describe('formatConfig', () => {
  it('escapes names, which come from files', () => {
    const name = 'a"\\\n: ü';
    const text = formatConfig({
      name: 'x',
      maxBatchSize: 0,
      outputs: [],
      parameters: {},
      inputs: [{ name, dataType: 'TYPE_FP32', dims: [1] }],
    });
    expect(readConfig(text)['input']).toEqual([{ name, data_type: 'TYPE_FP32', dims: [1] }]);
  });

  it('the schema rejects a field that it does not know', () => {
    expect(() => readConfig('nam: "x"')).toThrow();
    expect(() => readConfig('input { data_type: TYPE_FP33 }')).toThrow();
  });
});
