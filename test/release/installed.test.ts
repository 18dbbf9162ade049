import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Result {
  readonly packages: readonly { name: string; unpacked: number; files: readonly string[] }[];
  readonly steps: Readonly<Record<string, readonly string[]>>;
}

/**
 * The result of `npm run release-check`: packed once, installed without onnxruntime and, for the
 * guide, with it.
 */
let result: Result;
beforeAll(() => {
  const args = ['scripts/release-check.mjs', '--small', '--json'];
  const ended = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (ended.stdout === '') throw new Error(ended.stderr);
  result = JSON.parse(ended.stdout) as Result;
});

describe('packages packed, installed into an empty folder and used', () => {
  it.each([
    ['lint', 'publint and the types complain of nothing'],
    ['publish', 'publishing gets as far as the registry'],
    ['command', 'graft grafts without onnxruntime, and what needs it says how to install it'],
    [
      'guide',
      'docs/guides/install.md works as it stands, without a network after the installation',
    ],
    ['library', 'strict types compile as node16 and as a bundler, and the program runs'],
  ])('%s: %s', (step) => {
    expect(result.steps[step]).toEqual([]);
  });

  it('contain what they need and nothing else', () => {
    expect(result.packages.length).toBeGreaterThanOrEqual(7);
    for (const { name, unpacked, files } of result.packages) {
      expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
      const odd = files.filter(
        (file) =>
          !/^(dist|src|bin)\//.test(file) &&
          !/^(LICENSE|NOTICE|(sensor\/)?[\w.-]+\.(md|json|safetensors|onnx|m?ts|js))$/.test(file),
      );
      expect({ name, odd }).toEqual({ name, odd: [] });
      expect(files.filter((file) => /test|tsbuildinfo/.test(file))).toEqual([]);
      // The command ships the studio with onnxruntime's wasm (8.5 MB as Brotli), so that it works
      // offline.
      const limit = name === '@pip-graft/cli' ? 12_000_000 : 2_000_000;
      if (!/adapter-|onnxruntime-linux/.test(name)) expect(unpacked).toBeLessThan(limit);
    }
  });
});

it('the check reports a package with wrong types and exports', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pip-graft-wrong-'));
  try {
    const manifest = {
      name: 'wrong',
      version: '1.0.0',
      type: 'module',
      exports: { '.': { types: './index.d.ts', default: './gone.js' } },
    };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'index.d.ts'), "export * from './missing.js';\n");
    const script = (name: string): string => join(root, 'scripts/release', name);
    const { pack } = await import(script('pack.mjs'));
    const { lint } = await import(script('lint.mjs'));
    const said = ((await lint(pack([{ folder, manifest }], folder)[0])) as string[]).join('\n');
    expect(said).toMatch(/publint: .*gone\.js/);
    expect(said).toContain('InternalResolutionError');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
