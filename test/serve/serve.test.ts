import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cropImage } from '@pip-graft/imaging';
import { readImage, writeImage } from '@pip-graft/restore';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../packages/cli/test/triton/config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = readFileSync(join(root, 'docs/guides/serve.md'), 'utf8');
let folder = '';
let server: Server;
let url = '';

function graft(...args: string[]): void {
  const bin = join(root, 'packages/cli/bin/graft.js');
  const ended = spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(ended.stderr);
}

interface Tensor {
  readonly name: string;
  readonly shape: number[];
  readonly data?: number[];
  readonly parameters?: { readonly binary_data_size: number };
}

/** The Open Inference Protocol, as JSON and with Triton's binary extension, for one model. */
async function infer(session: ort.InferenceSession, body: Buffer, headerLength: number) {
  const { inputs } = JSON.parse(body.subarray(0, headerLength).toString()) as { inputs: Tensor[] };
  let at = headerLength;
  const feeds: Record<string, ort.Tensor> = {};
  for (const { name, shape, data, parameters } of inputs) {
    const size = parameters?.binary_data_size ?? 0;
    const bytes = new Uint8Array(body.subarray(at, at + size));
    at += size;
    const values = data ? Float32Array.from(data) : new Float32Array(bytes.buffer);
    feeds[name] = new ort.Tensor('float32', values, shape);
  }
  return (await session.run(feeds))['output']!;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-serve-'));
  graft('backbone', 'build', 'nafnet', '--dim', '8', '--blocks', '1,1', '-o', 'net.onnx');
  const labels = 'init:labels=noise+rain+haze+low-light,attach=replace';
  graft('apply', 'net.onnx', '--adapter', labels, '-o', 'restorer.onnx');
  graft('export', 'triton', 'restorer.onnx', '-o', 'models');
  const photo = await readImage(join(root, 'assets/chelsea.jpg'));
  await writeImage(join(folder, 'rain.png'), cropImage(photo, 37, 29));
  const session = await ort.InferenceSession.create(join(folder, 'models/restorer/1/model.onnx'));
  const config = readConfig(readFileSync(join(folder, 'models/restorer/config.pbtxt'), 'utf8'));
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    if (request.url === '/v2/models/restorer/config') {
      response.end(JSON.stringify(config));
      return;
    }
    const length = request.headers['inference-header-content-length'];
    const output = await infer(session, body, Number(length ?? body.length));
    const data = output.data as Float32Array;
    const outputs = { name: 'output', shape: output.dims, datatype: 'FP32' };
    if (length === undefined) {
      response.end(JSON.stringify({ outputs: [{ ...outputs, data: [...data] }] }));
      return;
    }
    const header = JSON.stringify({ outputs: [outputs] });
    response.setHeader('Inference-Header-Content-Length', String(Buffer.byteLength(header)));
    response.end(Buffer.concat([Buffer.from(header), new Uint8Array(data.buffer)]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/models/restorer`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('docs/guides/serve.md', () => {
  it('its request steers the degradation', async () => {
    const body = /-d '([\s\S]*?)'\n/.exec(guide)![1]!;
    const ask = async (weights: number[]) => {
      const request = JSON.parse(body);
      request.inputs[1].data = weights;
      const response = await fetch(`${url}/infer`, {
        method: 'POST',
        body: JSON.stringify(request),
      });
      return ((await response.json()) as { outputs: Required<Tensor>[] }).outputs[0]!;
    };
    const rain = await ask([0, 1, 0, 0]);
    expect(rain.shape).toEqual([1, 3, 2, 2]);
    expect(rain.data).toHaveLength(12);
    expect((await ask([1, 0, 0, 0])).data).not.toEqual(rain.data);
    expect(JSON.parse(body).inputs[1].data).toEqual([0, 1, 0, 0]);
  });

  it('names the files of a model repository', () => {
    for (const name of ['config.pbtxt', '1/model.onnx']) {
      expect(guide).toContain(`models/restorer/${name}\n`);
      expect(readFileSync(join(folder, 'models/restorer', name)).length).toBeGreaterThan(0);
    }
  });
});

/** Runs the example; returns its exit status. */
function restoreServed(image: string, weight: string): Promise<number> {
  const script = join(root, 'examples/serve/restore.mjs');
  const args = [script, url, image, `served-${image}`, weight];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
  return new Promise((resolve) => child.on('exit', (status) => resolve(status ?? -1)));
}

it.each([
  ['rain.png', [37, 29]],
  // As a phone stores it.
  ['turned.png', [29, 37]],
])('examples/serve/restore.mjs restores %s as graft restore does', async (image, size) => {
  if (image === 'turned.png')
    await sharp(join(folder, 'rain.png'))
      .withMetadata({ orientation: 6 })
      .toFile(join(folder, image));
  expect(await restoreServed(image, 'rain=1')).toBe(0);
  graft('restore', 'restorer.onnx', image, '-o', 'out', '--degradation', 'rain');
  const [served, restored] = [
    await readImage(join(folder, `served-${image}`)),
    await readImage(join(folder, 'out', image)),
  ];
  expect([served.width, served.height]).toEqual(size);
  const gaps = served.data.map((value, index) => Math.abs(value - restored.data[index]!));
  expect(Math.max(...gaps)).toBeLessThan(1.5 / 255);
});

it.each(['snow=1', 'rain=much', 'rain=-1'])(
  'examples/serve/restore.mjs ends before it asks the server: %s',
  async (weight) => {
    expect(await restoreServed('rain.png', weight)).toBe(1);
  },
);
