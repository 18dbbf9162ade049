import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshAdapter } from '@pip-graft/graft';
import { openHost, writeAdapter } from '@pip-graft/graft/node';
import { openModel } from '@pip-graft/onnx-graft/node';
import { readGraft } from '@pip-graft/pip-core';
import { bytesOf, wrappedUnet } from '@pip-graft/test-utils';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobConfig } from '../../../src/convert/config/schema.ts';
import { buildOutput } from '../../../src/convert/job/build-output.ts';

const { onnx } = onnxProto;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-job-'));
  mkdirSync(join(folder, 'staging'));
  writeFileSync(join(folder, 'host.onnx'), bytesOf(wrappedUnet({ sigma: [1, 1, 1, 1] })));
});
afterAll(() => rmSync(folder, { recursive: true }));

const build = (more: Partial<JobConfig>) =>
  buildOutput({
    config: {
      name: 'a',
      source: { onnx: 'host.onnx' },
      output: 'a.onnx',
      adapters: ['init:labels=rain'],
      ...more,
    },
    folder,
    staging: join(folder, 'staging'),
    sourceOutput: null,
    sourceSeeded: false,
  });

test("the range and feeds of a job are in the graft's stamp", async () => {
  const { path } = await build({ range: '0..255', feeds: { sigma: 25 } });
  const opened = openModel(path);
  const image = readGraft(opened.model)?.host.image;
  opened.close();
  const side = { range: '0..255', order: 'rgb' };
  expect(image).toMatchObject({ feeds: { sigma: 25 }, values: { input: side, output: side } });
});

test('rejects a missing value for an input besides the image', async () => {
  await expect(build({})).rejects.toThrow(
    /input 'sigma'; pass its value, as `feeds` or with --feed sigma=/,
  );
});

test('accepts an adapter that is bound to the bytes of the source, with weights in a file', async () => {
  using host = await openHost(join(folder, 'host.onnx'));
  const fresh = freshAdapter(host, { labels: ['rain'] });
  const bound = { ...fresh, base: { ...fresh.base, fingerprint: null } };
  expect(bound.base.digest).toMatch(/^sha256:/);
  await writeAdapter(join(folder, 'bound'), bound);
  const { path, warnings } = await build({
    adapters: ['./bound'],
    external: 'file',
    feeds: { sigma: 25 },
  });
  expect(warnings).toEqual(["adapter 'init' is untrained"]);
  expect(readdirSync(join(folder, 'staging')).some((name) => name.startsWith('a.onnx.data'))).toBe(
    true,
  );
  const opened = openModel(path);
  const stamp = readGraft(opened.model);
  opened.close();
  expect(stamp?.adapters).toHaveLength(1);
  expect(stamp?.host.digest).not.toBe(bound.base.digest);
});

test('warns of layers in a function, which stay float32', async () => {
  const net = onnx.ModelProto.decode(bytesOf(wrappedUnet()));
  const graph = net.graph!;
  const made = graph.output![0]!;
  const weight = {
    name: 'k',
    dataType: 1,
    dims: [3, 3, 1, 1],
    floatData: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const conv = { opType: 'Conv', input: ['a', 'k'], output: ['b'] };
  graph.node!.push(
    onnx.NodeProto.create({
      opType: 'Net',
      domain: 'my',
      input: [made.name!, 'k'],
      output: ['last'],
    }),
  );
  graph.initializer!.push(onnx.TensorProto.create(weight));
  made.name = 'last';
  net.opsetImport!.push(onnx.OperatorSetIdProto.create({ domain: 'my', version: 1 }));
  net.functions = [
    onnx.FunctionProto.create({
      name: 'Net',
      domain: 'my',
      input: ['a', 'k'],
      output: ['b'],
      node: [conv],
      opsetImport: [{ version: 17 }],
    }),
  ];
  writeFileSync(join(folder, 'parts.onnx'), onnx.ModelProto.encode(net).finish());
  const { warnings } = await build({
    source: { onnx: 'parts.onnx' },
    precision: 'float16',
    adapters: [],
  });
  expect(warnings).toEqual([
    "some of its layers stay float32: layers are in the model's function 'my:Net', and only those of the main graph can become float16; inline its functions, with `onnx.inliner.inline_local_functions`",
  ]);
  const whole = await build({ precision: 'float16', adapters: [] });
  expect(whole.warnings).toEqual([]);
});
