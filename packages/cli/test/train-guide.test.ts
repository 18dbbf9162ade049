import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { graft, json } from './graft.ts';
import { light } from './light.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const guide = readFileSync(join(root, 'docs/guides/train.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('the commands of docs/guides/train.md lead from photos to an installed adapter', () => {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  mkdirSync(join(folder, 'photos'));
  copyFileSync(join(root, 'assets/chelsea.jpg'), join(folder, 'photos/chelsea.jpg'));
  const lines = [...guide.matchAll(/^(npx graft|npm) (.*)$/gm)];
  expect(lines).toHaveLength(10);
  for (const [line, tool, rest = ''] of lines) {
    const words = rest.split(/\s+/);
    const offline = ['--offline', '--no-audit', '--no-fund', '--install-links'];
    const options = { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' } as const;
    const { status, stdout, stderr } =
      tool === 'npm'
        ? spawnSync('npm', [...words, ...offline], options)
        : graft(folder, ...light(words));
    expect({ line, status, stdout, stderr }).toMatchObject({ status: 0 });
  }
  expect(json(folder, 'inspect', 'installed.onnx')).toMatchObject({
    graft: { labels: ['noise', 'rain'], adapters: [{ name: 'rain-adapter', trained: true }] },
  });
});
