import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graftedFiles } from '@pip-graft/test-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, graft } from '../graft.ts';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
beforeAll(async () => {
  await graftedFiles(folder);
  mkdirSync(join(folder, 'models'));
  copyFileSync(join(folder, 'grafted.onnx'), join(folder, 'models/grafted.onnx'));
  writeFileSync(join(folder, 'text.onnx'), 'this is no model');
});
afterAll(() => rmSync(folder, { recursive: true }));

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
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (part) => {
      stdout += part;
    });
    child.stderr.on('data', (part) => {
      stderr += part;
    });
    const code = new Promise((resolve) => child.once('exit', resolve));
    const address = /http:\/\/127\.0\.0\.1:\d+\//;
    await expect.poll(() => stderr, { timeout: 60_000 }).toMatch(address);
    const [url] = address.exec(stderr)!;
    const given = await (await fetch(`${url}studio.json`)).json();
    expect(given).toEqual({ model: 'model.onnx', name });
    expect(await (await fetch(url)).text()).toContain('PIP Graft studio');
    child.kill('SIGINT');
    expect(await code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ url, model: expect.stringMatching(path) });
  });

  it('reports a bad model before it serves anything', () => {
    const missing = graft(folder, 'studio', 'none.onnx', '--no-open');
    expect(missing.status).toBe(7);
    const text = graft(folder, 'studio', 'text.onnx', '--no-open');
    expect(text.status).toBe(5);
    expect(text.stderr).toContain('text.onnx');
  });
});
