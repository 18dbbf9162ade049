import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type StudioServer, serveStudio } from '../../src/studio/serve-studio.ts';

let folder = '';
let model = '';
let server: StudioServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-studio-'));
  model = join(folder, 'large.onnx');
  writeFileSync(model, Buffer.alloc(64 * 1024 * 1024));
  writeFileSync(join(folder, 'index.html'), 'the page');
  writeFileSync(join(folder, 'good.js.br'), brotliCompressSync('good'));
  writeFileSync(join(folder, 'damaged.js.br'), 'this is no brotli stream, however long it is');
  server = await serveStudio({ path: model, name: 'large.onnx' }, folder);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

it('decompresses for a client that cannot, and survives a damaged file', async () => {
  const headers = { 'accept-encoding': 'identity' };
  const signal = AbortSignal.timeout(20_000);
  expect(await (await fetch(`${server.url}good.js`, { headers })).text()).toBe('good');
  await expect(
    fetch(`${server.url}damaged.js`, { headers, signal }).then((response) => response.text()),
  ).rejects.toMatchObject({ name: 'TypeError' });
  expect(await (await fetch(server.url)).text()).toBe('the page');
});

it('closes the model when a download is aborted', async (context) => {
  if (process.platform !== 'linux') return context.skip('open files are listed in /proc only');
  const open = (): number =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === model;
      } catch {
        return false;
      }
    }).length;
  await new Promise<void>((resolve) => {
    const request = get(`${server.url}model.onnx`, (response) => {
      response.once('data', () => {
        expect(open()).toBe(1);
        request.destroy();
        resolve();
      });
    });
    request.once('error', () => {});
  });
  await setTimeout(100);
  await expect.poll(open).toBe(0);
});
