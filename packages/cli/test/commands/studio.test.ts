import { spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { brotliCompressSync } from 'node:zlib';
import { graftedFiles } from '@pip-graft/test-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StudioServer, serveStudio } from '../../src/commands/studio.ts';
import { bin, graft } from '../graft.ts';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
beforeAll(async () => {
  await graftedFiles(folder);
  mkdirSync(join(folder, 'models'));
  copyFileSync(join(folder, 'grafted.onnx'), join(folder, 'models/grafted.onnx'));
  writeFileSync(join(folder, 'text.onnx'), 'this is no model');
});
afterAll(() => rmSync(folder, { recursive: true }));

const address = /^http:\/\/127\.0\.0\.1:\d+\/$/;

describe('graft studio', () => {
  it.each([
    ['grafted.onnx', 'grafted.onnx', /grafted\.onnx$/],
    ['./grafted.onnx', 'grafted.onnx', /grafted\.onnx$/],
    // The code that the page gives must find the file.
    ['models/grafted.onnx', 'models/grafted.onnx', /models.grafted\.onnx$/],
    ['@pip-graft/backbone-nafnet-tiny', '@pip-graft/backbone-nafnet-tiny', /model\.onnx$/],
  ])('serves the page and %s on loopback until interrupted', async (asked, name, path) => {
    const child = spawn(process.execPath, [bin, 'studio', asked, '--no-open', '--json'], {
      cwd: folder,
    });
    let stdout = '';
    child.stdout.on('data', (part) => {
      stdout += part;
    });
    const code = new Promise((resolve) => child.once('exit', resolve));
    await expect.poll(() => stdout, { timeout: 60_000 }).toMatch(/\n$/);
    const { url } = JSON.parse(stdout);
    expect(url).toMatch(address);
    const given = await (await fetch(`${url}studio.json`)).json();
    expect(given).toEqual({ model: 'model.onnx', name });
    expect(await (await fetch(url)).text()).toContain('PIP Graft studio');
    child.kill('SIGINT');
    expect(await code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ url, model: expect.stringMatching(path) });
  });

  it('prints its address with --quiet, because nothing else leads to the page', async () => {
    const child = spawn(process.execPath, [bin, 'studio', '--quiet', '--no-open'], { cwd: folder });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (part) => {
      stdout += part;
    });
    child.stderr.on('data', (part) => {
      stderr += part;
    });
    const code = new Promise((resolve) => child.once('exit', resolve));
    await expect.poll(() => stdout, { timeout: 60_000 }).toMatch(/\n$/);
    expect(stdout.trim()).toMatch(address);
    expect(await (await fetch(stdout.trim())).text()).toContain('PIP Graft studio');
    child.kill('SIGTERM');
    expect({ code: await code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('reports a bad model before it serves anything', () => {
    const missing = graft(folder, 'studio', 'none.onnx', '--no-open');
    expect(missing.status).toBe(7);
    const text = graft(folder, 'studio', 'text.onnx', '--no-open');
    expect(text.status).toBe(5);
    expect(text.stderr).toContain('text.onnx');
  });
});

let pageFolder = '';
let model = '';
let server: StudioServer;
beforeAll(async () => {
  pageFolder = mkdtempSync(join(tmpdir(), 'graft-studio-'));
  model = join(pageFolder, 'large.onnx');
  writeFileSync(model, Buffer.alloc(64 * 1024 * 1024));
  writeFileSync(join(pageFolder, 'index.html'), 'the page');
  writeFileSync(join(pageFolder, 'good.js.br'), brotliCompressSync('good'));
  writeFileSync(join(pageFolder, 'damaged.js.br'), 'this is no brotli stream, however long it is');
  server = await serveStudio({ path: model, name: 'large.onnx' }, pageFolder);
});
afterAll(async () => {
  await server.close();
  rmSync(pageFolder, { recursive: true });
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
