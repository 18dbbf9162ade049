import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, tinyUnet } from '@pip-graft/test-utils';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { calledName, program } from '../../src/program.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-closed-'));
  writeFileSync(join(folder, 'host.onnx'), bytesOf(tinyUnet()));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  process.exitCode = 0;
});

/** Models that this process holds open. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return [];
    }
  });
}

it.skipIf(process.platform !== 'linux').each([
  [['plan', 'host.onnx', '--adapter', 'none'], 7],
  [['apply', 'host.onnx', '--adapter', 'none', '-o', 'out.onnx'], 7],
  [['apply', 'host.onnx', '--adapter', 'init:labels=rain', '-o', 'host.onnx/x'], 7],
  [['adapter', 'init', 'host.onnx', '--sites', '9', '-o', 'made'], 2],
  [['remove', 'host.onnx', '-o', 'out.onnx'], 3],
  [['diff', 'host.onnx', 'absent.onnx'], 7],
])('%j closes the files it opened before it failed', async (argv, status) => {
  const paths = argv.map((word) => (word.includes('onnx') ? join(folder, word) : word));
  await (await program([calledName(paths) ?? ''])).parseAsync(paths, { from: 'user' });
  expect(process.exitCode).toBe(status);
  expect(openFiles()).toEqual([]);
});
