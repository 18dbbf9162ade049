import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { psnr } from '@pip-graft/imaging';
import { readImage } from '@pip-graft/restore';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft } from './graft.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = (name: string) => readFileSync(join(root, name), 'utf8');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-readme-'));
  // What a clone has, and the image that the reader has.
  for (const name of ['packages', 'docs', 'node_modules'])
    symlinkSync(join(root, name), join(folder, name), 'junction');
  copyFileSync(join(root, 'assets/chelsea.jpg'), join(folder, 'photo.jpg'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the commands of a page that start with `npx graft`. */
function runLines(name: string): string[] {
  const lines = [...page(name).matchAll(/^npx graft (.*?)(?:\s+#.*)?$/gm)].map(([, line]) => line!);
  for (const line of lines)
    expect({ line, ...graft(folder, ...line.split(/\s+/)) }).toMatchObject({ status: 0 });
  return lines;
}

/** Runs the first program of a page as a Node script. */
function runProgram(name: string): void {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(page(name))!;
  writeFileSync(join(folder, 'try.mjs'), code);
  const ended = spawnSync(process.execPath, ['try.mjs'], { cwd: folder, encoding: 'utf8' });
  expect(ended).toMatchObject({ status: 0, stderr: '' });
}

describe('README.md', () => {
  it('its commands run as written', () => {
    expect(runLines('README.md')).toHaveLength(6);
    const [host, again] = ['host.onnx', 'again.onnx'].map((name) =>
      readFileSync(join(folder, name)),
    );
    expect(again!.equals(host!)).toBe(true);
  });

  it.each(['README.md', 'docs/index.md'])('the program of %s restores an image', async (name) => {
    rmSync(join(folder, 'restored.png'), { force: true });
    runProgram(name);
    expect(await readImage(join(folder, 'restored.png'))).toMatchObject({
      width: 384,
      height: 256,
    });
  });
});

describe('docs/guides/start.md', () => {
  it('its commands run as written', () => {
    expect(runLines('docs/guides/start.md')).toHaveLength(3);
  });

  it('its packages install into a project of their own, where its script runs', () => {
    const project = mkdtempSync(join(tmpdir(), 'graft-own-'));
    // Otherwise npm installs into the nearest project above.
    writeFileSync(join(project, 'package.json'), '{ "private": true }');
    const guide = page('docs/guides/start.md');
    const [, line = ''] = /^npm install (\.\.\/.*)$/m.exec(guide)!;
    const folders = line.split(' ').map((path) => path.replace('../pip-graft/', root));
    const options = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    const shell = process.platform === 'win32';
    const installed = spawnSync('npm', ['install', ...options, ...folders], {
      cwd: project,
      shell,
    });
    expect(installed).toMatchObject({ status: 0 });
    const [, code = ''] = /```js\n([\s\S]*?)```/.exec(guide)!;
    const script = code.replace("'docs/", `'${pathToFileURL(root).href}docs/`);
    writeFileSync(join(project, 'try.mjs'), script);
    const ended = spawnSync(process.execPath, ['try.mjs'], { cwd: project, encoding: 'utf8' });
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(project)).toContain('restored.png');
    expect(readdirSync(join(project, 'node_modules/.bin'))).toContain('graft');
    rmSync(project, { recursive: true });
  });

  it('its script removes noise', async () => {
    runProgram('docs/guides/start.md');
    const clean = await readImage(join(root, 'assets/chelsea.jpg'));
    const noisy = await readImage(join(root, 'docs/public/before-after/noise-before.webp'));
    const restored = await readImage(join(folder, 'restored.png'));
    expect(psnr(restored, clean)).toBeGreaterThan(psnr(noisy, clean) + 8);
  });
});
