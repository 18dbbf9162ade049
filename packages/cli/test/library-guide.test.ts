import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { GraftError } from '@pip-graft/graft';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { graft } from './graft.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const guide = readFileSync(join(root, 'docs/guides/library.md'), 'utf8');
const examples = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);
// Inside this package so that the examples can resolve the packages they import.
const generated = fileURLToPath(new URL('./generated-library', import.meta.url));
const before = process.cwd();
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-library-guide-'));
  mkdirSync(generated, { recursive: true });
  expect(graft(folder, 'backbone', 'build', 'nafnet-small', '-o', 'host.onnx').status).toBe(0);
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before);
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
  rmSync(generated, { recursive: true });
});

/** Runs an example as written; returns its exports and what it printed. */
async function run(index: number): Promise<{ module: Record<string, unknown>; said: string[] }> {
  const file = join(generated, `example-${index}.ts`);
  writeFileSync(file, examples[index]!);
  const said: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  log.mockRestore();
  return { module, said };
}

describe('docs/guides/library.md', () => {
  it('grafts a file', async () => {
    const { said } = await run(0);
    expect(said[0]).toMatch(/^rain, haze: \d+ parameters$/);
    expect(graft(folder, 'check', 'grafted.onnx').status).toBe(0);
  });

  it('grafts bytes and removes the graft again', async () => {
    const { module } = await run(1);
    const { graftBytes, hostBytes } = module as Record<string, (bytes: Uint8Array) => Uint8Array>;
    const host = new Uint8Array(readFileSync('host.onnx'));
    const grafted = graftBytes!(host);
    expect(grafted.length).toBeGreaterThan(host.length);
    expect(Buffer.from(hostBytes!(grafted)).equals(host)).toBe(true);
    expect(() => graftBytes!(host.subarray(0, 1000))).toThrow(GraftError);
  });

  it('grafts an adapter from its files', async () => {
    const made = ['adapter', 'init', 'host.onnx', '-o', 'rain'];
    expect(graft(folder, ...made).status).toBe(0);
    const { module } = await run(2);
    const { graftAdapter } = module as Record<string, (...given: unknown[]) => Uint8Array>;
    const grafted = graftAdapter!(
      new Uint8Array(readFileSync('host.onnx')),
      readFileSync('rain/adapter_config.json', 'utf8'),
      new Uint8Array(readFileSync('rain/adapter_model.safetensors')),
    );
    writeFileSync('from-files.onnx', grafted);
    expect(graft(folder, 'inspect', 'from-files.onnx', '--json').stdout).toContain('rain-adapter');
  });

  it.each([
    [3, 'NOT_ONNX'],
    [4, '100 %'],
  ])('example %d prints what it claims', async (index, printed) => {
    expect((await run(index)).said).toEqual([printed]);
    expect(examples[index]).toContain(`// ${printed}`);
  });

  it('all examples type-check in strict mode', () => {
    for (const [index, code] of examples.entries())
      writeFileSync(join(generated, `typed-${index}.ts`), code);
    const config = {
      extends: join(root, 'tsconfig.json'),
      include: [join(generated, 'typed-*.ts')],
    };
    writeFileSync(join(generated, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const ended = spawnSync(process.execPath, [tsc, '-p', generated], { encoding: 'utf8' });
    expect(ended.stdout).toBe('');
    expect(existsSync('copy.onnx')).toBe(true);
  });
});
