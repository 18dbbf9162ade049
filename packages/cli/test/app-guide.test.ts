import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const guide = readFileSync(join(root, 'docs/guides/app.md'), 'utf8');
const [first = '', ...others] = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map(
  ([, code]) => code!,
);
/** The other examples continue from an open restorer. */
const opened = first.split('\n').slice(0, 3).join('\n');
const close = '\nawait restorer.close();\n';
const examples = [first, ...others.map((code) => withRestorer(code))];
// Inside this package so that the examples can resolve the packages they import.
const generated = fileURLToPath(new URL('./generated/app', import.meta.url));
const before = process.cwd();
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-app-guide-'));
  copyFileSync(join(root, 'assets/chelsea.jpg'), join(folder, 'photo.jpg'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  rmSync(generated, { recursive: true, force: true });
  mkdirSync(generated, { recursive: true });
  for (const [index, code] of examples.entries())
    writeFileSync(join(generated, `example-${index}.ts`), code);
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
  rmSync(generated, { recursive: true });
});

function withRestorer(code: string): string {
  // The example's own import names more exports of the same package.
  const imports = /^import .*\n\n/.exec(code)?.[0] ?? '';
  return `${imports}${opened}\n${code.slice(imports.length)}${close}`;
}

describe('docs/guides/app.md', () => {
  it.each(examples.map((code, index) => [index, code] as const))(
    'example %d runs and prints what it claims',
    async (index, code) => {
      const said: string[] = [];
      const log = vi
        .spyOn(console, 'log')
        .mockImplementation((...words: unknown[]) => void said.push(words.join(' ')));
      await import(pathToFileURL(join(generated, `example-${index}.ts`)).href);
      log.mockRestore();
      const says = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, text]) => text);
      expect(said).toEqual(says);
    },
  );

  it('its line for esbuild bundles a program that runs', () => {
    const [, line = ''] = /^npx esbuild (.*)$/m.exec(guide)!;
    writeFileSync(join(folder, 'app.mjs'), first);
    const esbuild = join(root, 'node_modules/esbuild/bin/esbuild');
    rmSync(join(folder, 'restored.png'), { force: true });
    const bundled = spawnSync(process.execPath, [esbuild, ...line.split(' ')], { cwd: folder });
    expect(bundled).toMatchObject({ status: 0 });
    const ended = spawnSync(process.execPath, ['bundle.mjs'], { cwd: folder, encoding: 'utf8' });
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(folder, 'restored.png'))).toBe(true);
  });

  it('all examples type-check in strict mode', () => {
    const config = { extends: join(root, 'tsconfig.json'), include: ['example-*.ts'] };
    writeFileSync(join(generated, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const ended = spawnSync(process.execPath, [tsc, '-p', generated], { encoding: 'utf8' });
    expect(ended.stdout).toBe('');
  });
});
