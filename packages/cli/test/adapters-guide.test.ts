import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft, json } from './graft.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const guide = readFileSync(join(root, 'docs/guides/adapters.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** npm without a network: everything it installs is in this repository. */
function npm(...args: string[]) {
  return spawnSync('npm', [...args, '--offline', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
}

beforeAll(() => {
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
});

describe('docs/guides/adapters.md', () => {
  it('its commands succeed and do what the guide says', () => {
    // Commands that name a model hub run in commands/hub.test.ts.
    const lines = [...guide.matchAll(/^(npx graft|npm) (?!.*hf:)(.*)$/gm)];
    expect(lines).toHaveLength(10);
    for (const [line, tool, all = ''] of lines) {
      const rest = all.replace(/\s+#.*$/, '');
      // The example's package as published, but from this repository instead of the registry.
      const words = rest
        .split(/\s+/)
        .map((word) =>
          tool === 'npm' && word.startsWith('@pip-graft/')
            ? join(root, word.replace('@pip-graft/', 'packages/'))
            : word,
        );
      const { status, stdout, stderr } =
        tool === 'npm' ? npm(...words, '--install-links') : graft(folder, ...words);
      expect({ line, status, stdout, stderr }).toMatchObject({ status: 0 });
    }
    const { adapters } = json(folder, 'adapter', 'list', 'host.onnx') as {
      adapters: { spec: string; fits: boolean; base: { family: string } }[];
    };
    expect(adapters.map(({ spec, fits }) => [spec, fits])).toEqual([
      ['@pip-graft/adapter-nafnet-small', true],
      ['rain-adapter', true],
    ]);
    expect(json(folder, 'inspect', 'rain.onnx')).toMatchObject({
      graft: { labels: ['rain', 'haze'], adapters: [{ name: 'rain-adapter', version: '1.0.0' }] },
    });
  });

  it('its programs type-check strictly in both module resolutions, against the installed package', () => {
    const programs = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
    const [, config = ''] = programs;
    expect(programs).toHaveLength(2);
    writeFileSync(join(folder, 'config.ts'), config);
    for (const [module, moduleResolution] of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ]) {
      const compilerOptions = { module, moduleResolution, strict: true, types: [] };
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: ['config.ts'] }),
      );
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const ended = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
      expect(ended.stdout).toBe('');
      const ran = spawnSync(process.execPath, ['config.js'], { cwd: folder, encoding: 'utf8' });
      expect(ran.stdout).toBe('5\n');
    }
  });

  it('lists adapters for other hosts with --all, with the reason', () => {
    json(folder, 'backbone', 'build', 'nafnet-small', '--seed', '9', '-o', 'other.onnx');
    const none = graft(folder, 'adapter', 'list', 'other.onnx');
    expect(none).toMatchObject({ status: 0, stdout: expect.stringContaining('No installed') });
    expect(none.stderr).toMatch(/\d more are for other hosts; --all lists them/);
    expect(graft(folder, 'adapter', 'list', 'other.onnx', '--all').stdout).toMatch(
      /rain-adapter .*UNTRAINED; made for another nafnet/,
    );
  });
});

describe('an invalid package', () => {
  const home = join(folder, 'node_modules');
  const bad = (name: string, change: (path: string) => void) => {
    json(folder, 'adapter', 'init', 'host.onnx', '-o', `made/${name}`, '--force');
    json(folder, 'adapter', 'pack', `made/${name}`, '-o', `node_modules/${name}`, '--force');
    change(join(home, name));
    return name;
  };
  const manifest = (members: object) => (path: string) => {
    const file = join(path, 'package.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...members }));
  };

  it.each([
    ['extra', 5, /also holds "index\.js"/, (at: string) => writeFileSync(join(at, 'index.js'), '')],
    ['script', 5, /'scripts' \(postinstall\)/, manifest({ scripts: { postinstall: 'x' } })],
    [
      'newer',
      4,
      /format version 9/,
      (at: string) => {
        const file = join(at, 'adapter_config.json');
        writeFileSync(file, readFileSync(file, 'utf8').replace('_version": 1', '_version": 9'));
      },
    ],
    [
      'damaged',
      5,
      /its digest is/,
      (at: string) => {
        const file = join(at, 'adapter_model.safetensors');
        const bytes = readFileSync(file);
        bytes[bytes.length - 2]! ^= 1;
        writeFileSync(file, bytes);
      },
    ],
    ['foreign', 5, /also holds "evil"/, (at: string) => mkdirSync(join(at, 'evil'))],
  ])('is rejected and nothing is written: %s', (name, status, message, change) => {
    bad(name, change);
    const ended = graft(folder, 'apply', 'host.onnx', '--adapter', name, '-o', 'never.onnx');
    expect(ended).toMatchObject({ status, stderr: expect.stringMatching(message) });
    expect(() => readFileSync(join(folder, 'never.onnx'))).toThrow('ENOENT');
    expect(graft(folder, 'adapter', 'list').stderr).toMatch(
      new RegExp(`warning: ${name} cannot be used`),
    );
  });

  it.each([
    ['@me/../../made', 2],
    ['not-installed', 7],
  ])('is rejected by its name: %s', (name, status) => {
    const ended = graft(folder, 'apply', 'host.onnx', '--adapter', name, '-o', 'never.onnx');
    expect(ended.status).toBe(status);
  });

  it('adapter pack does not overwrite another adapter without --force', () => {
    json(folder, 'adapter', 'init', 'host.onnx', '-o', 'one');
    json(folder, 'adapter', 'init', 'host.onnx', '-o', 'two', '--seed', '4');
    const before = readFileSync(join(folder, 'two/adapter_config.json'));
    expect(graft(folder, 'adapter', 'pack', 'one', '-o', 'two')).toMatchObject({
      status: 7,
      stderr: expect.stringContaining('--force'),
    });
    expect(readFileSync(join(folder, 'two/adapter_config.json')).equals(before)).toBe(true);
  });
});
