import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSensor, writeSensor } from '@pip-graft/graft/node';
import { initSensor } from '@pip-graft/pip-core';
import { HubServer } from '@pip-graft/test-utils';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inputDigests } from '../../../src/convert/cache/cache-key.ts';
import { hubPlaces, localJob, placeFinder } from '../../../src/convert/run/hub-places.ts';

let server: HubServer;
let folder = '';
beforeAll(async () => {
  server = await new HubServer().start();
  folder = mkdtempSync(join(tmpdir(), 'graft-places-'));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

it("finds a job's sensor on the hub, and its commit and digest are inputs", async () => {
  const eye = join(folder, 'eye');
  await writeSensor(eye, initSensor({ labels: ['rain', 'haze'], widths: [4, 4], seed: 1 }));
  const files = ['sensor_config.json', 'sensor_model.safetensors'];
  const commit = server.commit(
    'me/eye',
    Object.fromEntries(files.map((name) => [name, readFileSync(join(eye, name))])),
  );
  const job = {
    name: 'blind',
    source: { job: 'host' },
    auto: 'hf:me/eye',
    output: 'blind.onnx',
  } as const;
  const environment = { HF_ENDPOINT: server.endpoint, HF_HUB_CACHE: join(folder, 'cache') };
  const places = await hubPlaces(job, placeFinder({ environment }), () => undefined);
  const { path = '' } = places.get('hf:me/eye') ?? {};
  expect(places).toEqual(new Map([['hf:me/eye', { path, commit }]]));
  const { digest } = readSensor(eye);
  expect(readSensor(path).digest).toBe(digest);
  expect(localJob(job, places).auto).toBe(path);
  expect(inputDigests(job, folder, null, places)).toEqual({
    'hf:me/eye': `commit:${commit}`,
    sensor: digest,
  });
});
